-- A made-up shop with real taste in it: who runs buys running things, who likes a brand stays with it, and what belongs
-- together lies in the same basket. Fills the empty tables of shopsmart_setup().
--
--   psql -v users=500 -v products=1000 -v events=50000 -v until="'2026-01-01'" -f scripts/generate_shop.sql
--
-- Chance comes from hash functions of the row's number, so the same numbers give the same shop everywhere. Events cover the
-- 60 days before "until" (default: now); at least 100 products. User 1 is called ana; the last 4 % of the users are new and have few events.
\set ON_ERROR_STOP on
\if :{?users} \else \set users 500 \endif
\if :{?products} \else \set products 1000 \endif
\if :{?events} \else \set events 50000 \endif
\if :{?until} \else \set until 'date_trunc(\'minute\', now())' \endif

BEGIN;

-- Evenly spread over [0, 1); each salt is a chance of its own.
CREATE FUNCTION pg_temp.chance(n bigint, salt bigint) RETURNS double precision
LANGUAGE sql IMMUTABLE
RETURN (hashint8extended(n, salt) & 9007199254740991) / 9007199254740992.0::double precision;

-- Four worlds of five categories each. "base" is a usual price.
CREATE TEMP TABLE world (world int, name text, brands text[]);
INSERT INTO world VALUES
    (0, 'Coffee',  '{Alba,Barista & Co,Cremano,Dolce Terra,Everyday}'),
    (1, 'Running', '{Aero,Boreal,Cadence,Dash,Everyday}'),
    (2, 'Camping', '{Alpin,Base Camp,Canopy,Drifter,Everyday}'),
    (3, 'Desk',    '{Axis,Bright,Clarion,Deskhaus,Everyday}');

CREATE TEMP TABLE leaf (leaf int, noun text, base numeric);
INSERT INTO leaf VALUES
    (0, 'Espresso Machine', 300), (1, 'Coffee Grinder', 90),  (2, 'Coffee Beans', 14),  (3, 'Mug', 9),           (4, 'Kettle', 45),
    (5, 'Running Shoe', 110),     (6, 'Running Sock', 12),    (7, 'Sports Watch', 180), (8, 'Water Bottle', 18), (9, 'Running Jacket', 85),
    (10, 'Tent', 240),            (11, 'Sleeping Bag', 120),  (12, 'Camping Stove', 60), (13, 'Headlamp', 35),   (14, 'Backpack', 130),
    (15, 'Keyboard', 75),         (16, 'Monitor', 260),       (17, 'Desk Lamp', 40),    (18, 'Office Chair', 220), (19, 'Headphones', 95);

INSERT INTO shop.categories (category_id, parent_id, name)
SELECT world + 1, NULL::bigint, name FROM world
UNION ALL
SELECT leaf + 5, leaf / 5 + 1, regexp_replace(noun, 's?$', 's') FROM leaf ORDER BY 1;

-- Product n is number n / 20 of category n % 20: its brand is that number % 5, then come adjectives, then model years.
INSERT INTO shop.products (product_id, sku, name, description, brand, category_id, price, rating, stock, attributes, created_at)
SELECT n + 1,
       'SKU-' || lpad((n + 1)::text, 6, '0'),
       concat_ws(' ', brand, adjective, noun, CASE WHEN number >= 50 THEN 'Mk ' || number / 50 + 1 END),
       format('%s for %s, by %s.', noun, lower(world.name), brand),
       brand,
       leaf + 5,
       round(base * (0.6 + 0.9 * pg_temp.chance(n, 1))::numeric, 2),
       round((3 + 2 * pg_temp.chance(n, 2))::numeric, 2),
       CASE WHEN pg_temp.chance(n, 3) < 0.05 THEN 0 ELSE (1 + 200 * pg_temp.chance(n, 4))::int END,
       jsonb_build_object('color', ('{black,white,red,blue,green}'::text[])[1 + (5 * pg_temp.chance(n, 5))::int % 5]),
       :until::timestamptz - interval '2 years' * pg_temp.chance(n, 6) - interval '61 days'
FROM generate_series(0, :products - 1) AS n
JOIN leaf ON leaf = n % 20
JOIN world ON world = leaf / 5
CROSS JOIN LATERAL (SELECT n / 20 AS number) AS numbered
CROSS JOIN LATERAL (SELECT brands[1 + number % 5] AS brand,
                           ('{Classic,Compact,Pro,Light,Studio,Travel,Prime,Eco,Duo,Max}'::text[])[1 + number / 5 % 10] AS adjective) AS named;

INSERT INTO shop.users (user_id, external_id)
SELECT n, CASE n WHEN 1 THEN 'ana' ELSE 'user-' || n END FROM generate_series(1, :users) AS n;

SELECT shopsmart_add_partitions((:until::timestamptz - interval '60 days')::date, :until::date) \g /dev/null

-- A visit is up to five events of one user, in one world and mostly of one brand.
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at, session_id)
SELECT user_id,
       1 + leaf + 20 * (brand + 5 * (favor % ((:products / 20 + 4 - brand) / 5))),
       event_type, occurred_at, 'visit-' || visit
FROM generate_series(0, :events - 1) AS n,
     LATERAL (SELECT n / 5 AS visit) AS visits,
     -- Some users come often, some rarely, and the newest have hardly been here.
     LATERAL (SELECT CASE WHEN visit % 500 = 499
                          THEN 1 + floor(:users * (0.96 + 0.04 * pg_temp.chance(visit, 11)))::int
                          ELSE 1 + floor(:users * 0.96 * power(pg_temp.chance(visit, 11), 1.5))::int END AS user_id) AS visitor,
     -- 80 % of the visits go to the user's own world, half of the others to a second one.
     LATERAL (SELECT (CASE WHEN pg_temp.chance(visit, 12) < 0.8 THEN floor(4 * pg_temp.chance(user_id, 13))
                           WHEN pg_temp.chance(visit, 12) < 0.9 THEN floor(4 * pg_temp.chance(user_id, 14))
                           ELSE floor(4 * pg_temp.chance(visit, 15)) END)::int AS world) AS place,
     -- Somebody who likes a brand of one world looks for the like of it in the others: brands of equal place are alike.
     LATERAL (SELECT 5 * world + floor(5 * pg_temp.chance(n, 16))::int AS leaf,
                     (CASE WHEN pg_temp.chance(n, 17) < 0.7 THEN floor(5 * pg_temp.chance(user_id, 18))
                           ELSE floor(5 * pg_temp.chance(n, 19)) END)::int AS brand,
                     -- Of the lines (Classic, Compact, ...) of a brand few are much liked, and half of a visit goes to one line.
                     floor(greatest(1, :products / 100) * power(CASE WHEN pg_temp.chance(n, 23) < 0.5 THEN pg_temp.chance(visit, 20)
                                                                     ELSE pg_temp.chance(n, 20) END, 2))::int AS favor) AS choice,
     LATERAL (SELECT CASE WHEN pg_temp.chance(n, 21) < 0.70 THEN 'view'
                          WHEN pg_temp.chance(n, 21) < 0.88 THEN 'add_to_cart'
                          ELSE 'purchase' END AS event_type,
                     -- More visits lately than two months ago.
                     :until::timestamptz - interval '60 days' * power(pg_temp.chance(visit, 22), 1.2)
                         - interval '1 minute' * (5 - n % 5) AS occurred_at) AS happening
WHERE occurred_at > :until::timestamptz - interval '60 days'
ORDER BY occurred_at, n;

-- Rows with keys of their own leave the identity sequences behind.
SELECT setval(pg_get_serial_sequence(format('shop.%I', relation), key), greatest(:users, :products, 24))
FROM (VALUES ('categories', 'category_id'), ('products', 'product_id'), ('users', 'user_id')) AS filled(relation, key) \g /dev/null

DROP TABLE world, leaf;
COMMIT;

SELECT (SELECT count(*) FROM shop.users) AS users, (SELECT count(*) FROM shop.products) AS products,
       (SELECT count(*) FROM shop.events) AS events;
