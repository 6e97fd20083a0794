-- A random shop for comparisons: small numbers of everything, so that ties, short histories, empty categories, hidden
-- products, NULLs and events outside of every window are frequent. Equal seeds give equal shops.

-- Replaces everything in schema shop.
CREATE PROCEDURE oracle.random_shop(seed double precision, users integer, products integer, events integer, as_of timestamptz)
LANGUAGE plpgsql AS $$
DECLARE
    categories CONSTANT integer := 7;
BEGIN
    DELETE FROM shop.users;
    DELETE FROM shop.products;
    DELETE FROM shop.categories;
    DELETE FROM shop.event_types;
    PERFORM setseed(seed);

    INSERT INTO shop.event_types (event_type, weight, in_basket)
    VALUES ('view', 1, false), ('add_to_cart', 3, true), ('purchase', 5, true), ('glance', 0, false), ('gift', 2, true);

    -- A tree: category 1 is the root of 2 to 4, the others hang below an earlier one or stand alone.
    INSERT INTO shop.categories (category_id, parent_id, name)
    SELECT c, CASE WHEN c = 1 THEN NULL WHEN c <= 4 THEN 1 WHEN c < categories THEN c - 3 END, 'category ' || c
    FROM generate_series(1, categories) AS c;

    INSERT INTO shop.products (product_id, name, brand, category_id, price, rating, stock, attributes, is_active, created_at)
    SELECT p, 'product ' || p,
           (ARRAY['Acme', 'Zen', 'Nil', NULL])[1 + floor(random() * 4)::integer],
           nullif(floor(random() * (categories + 1))::integer, 0),
           CASE WHEN random() < 0.9 THEN round((random() * 100)::numeric, 2) END,
           CASE WHEN random() < 0.7 THEN round((random() * 5)::numeric, 1) END,
           floor(random() * 3)::integer,
           jsonb_build_object('color', (ARRAY['red', 'green', 'blue'])[1 + floor(random() * 3)::integer], 'size', floor(random() * 3)::integer),
           random() < 0.9,
           as_of - make_interval(days => floor(random() * 10)::integer)
    FROM generate_series(1, products) AS p;

    INSERT INTO shop.users (user_id, external_id)
    SELECT u, 'user ' || u FROM generate_series(1, users) AS u;

    -- Visits of eight events, so that baskets have several lines. Squares of a random number: some products and users are
    -- busy, others appear once or never. Times from five days ahead to a hundred days back, most of them lately, in whole minutes.
    INSERT INTO shop.events (event_id, user_id, product_id, event_type, occurred_at, session_id)
    SELECT row_number() OVER (), visit.user_id,
           1 + floor(random() ^ 2 * (products - 3))::integer,
           (ARRAY['view', 'view', 'view', 'add_to_cart', 'purchase', 'glance', 'gift'])[1 + floor(random() * 7)::integer],
           visit.started_at + make_interval(mins => floor(random() ^ 2 * 2160)::integer),
           visit.session_id
    FROM (SELECT 1 + floor(random() ^ 2 * users)::integer AS user_id,
                 as_of + interval '5 days' - make_interval(mins => floor(random() ^ 3 * 105 * 1440)::integer) AS started_at,
                 (ARRAY['morning', 'evening', NULL])[1 + floor(random() * 3)::integer] AS session_id
          FROM generate_series(1, events / 8)) AS visit
    CROSS JOIN generate_series(1, 8);
    PERFORM setval(pg_get_serial_sequence('shop.users', 'user_id'), users + 1000), setval(pg_get_serial_sequence('shop.events', 'event_id'), events + 1000);
    -- Without statistics the planner takes the category tree for so large that it compiles queries over it.
    ANALYZE shop.categories, shop.products, shop.users, shop.events, shop.event_types;
END
$$;
