-- From the staged tables into the shop, then models and something to look at.
\pset tuples_only on
\pset format unaligned

INSERT INTO shop.categories (name)
SELECT DISTINCT category FROM staged_products WHERE category <> '' ORDER BY category;

INSERT INTO shop.products (product_id, sku, name, category_id, price, stock, attributes, created_at)
SELECT p.product_id, p.sku, coalesce(p.name, 'product ' || p.product_id), c.category_id, p.price, 1, coalesce(p.attributes, '{}'),
       now() - interval '61 days'
FROM staged_products p LEFT JOIN shop.categories c ON c.name = p.category
ORDER BY p.product_id;
SELECT setval(pg_get_serial_sequence('shop.products', 'product_id'), max(product_id)) FROM shop.products \g /dev/null

INSERT INTO shop.users (external_id) SELECT user_key FROM staged_events GROUP BY user_key ORDER BY min(line);
SELECT format('  %s products, %s users, %s categories', (SELECT count(*) FROM shop.products), (SELECT count(*) FROM shop.users),
              (SELECT count(*) FROM shop.categories));

-- Events arrive in the order of their time, as they would in a shop. Partitions come first, so that none is moved later.
CREATE TEMP TABLE ordered_events AS
SELECT row_number() OVER (ORDER BY occurred_at, line) AS number, *
FROM (SELECT e.line, u.user_id, e.product_id, e.event_type, e.session_id,
             coalesce(e.occurred_at,
                      date_trunc('minute', now()) - interval '60 days' * (1 - e.line / count(*) OVER ()::double precision)) AS occurred_at
      FROM staged_events e JOIN shop.users u ON u.external_id = e.user_key) AS timed
ORDER BY number;
ANALYZE ordered_events;
SELECT min(occurred_at) AS first_event, max(occurred_at) AS last_event, max(number) AS total FROM ordered_events \gset
SELECT format('  events from %s to %s, %s partitions made', :'first_event', :'last_event',
              (SELECT sum(shopsmart_add_partitions(month::date, month::date))
               FROM generate_series(date_trunc('month', :'first_event'::timestamptz), :'last_event', interval '1 month') AS month));

SELECT format($insert$
    WITH inserted AS (
        INSERT INTO shop.events (user_id, product_id, event_type, occurred_at, session_id)
        SELECT user_id, product_id, event_type, occurred_at, session_id FROM ordered_events
        WHERE number > %1$s AND number <= %1$s + 200000 ORDER BY number
        RETURNING 1)
    SELECT format('  %%s of %2$s events', %1$s + count(*)) FROM inserted$insert$, chunk, :total)
FROM generate_series(0, :total - 1, 200000) AS chunk \gexec

DROP TABLE staged_products, staged_events, ordered_events;
COMMIT;
\echo vacuum, analyze
VACUUM (ANALYZE) shop.categories, shop.products, shop.users, shop.events;

\pset tuples_only off
\pset format aligned
\pset footer off
\echo 'models of all of the data, as of its last event'
\x on
SELECT * FROM shopsmart_rebuild_similarity(:'last_event'::timestamptz - :'first_event'::timestamptz + interval '1 day', :'last_event');
SELECT * FROM shopsmart_refresh_trending(:'last_event');
\x off
VACUUM (ANALYZE) shopsmart.neighbors, shopsmart.ranked_lists;

-- Three users with a history that a person can take in at a glance; which ones is up to a hash, so it is always the same ones.
\set as_of :'last_event'
SELECT (array_agg(external_id ORDER BY md5(external_id)))[1] AS user_1,
       (array_agg(external_id ORDER BY md5(external_id)))[2] AS user_2,
       (array_agg(external_id ORDER BY md5(external_id)))[3] AS user_3
FROM (SELECT u.external_id FROM shop.users u JOIN shop.events e USING (user_id)
      GROUP BY u.user_id HAVING count(DISTINCT e.product_id) BETWEEN 6 AND 30) AS candidates \gset
\if :{?user_1}
    \set user_id :user_1
    \ir ../show_user.sql
\endif
\if :{?user_2}
    \set user_id :user_2
    \ir ../show_user.sql
\endif
\if :{?user_3}
    \set user_id :user_3
    \ir ../show_user.sql
\endif
\ir ../show_shop.sql
