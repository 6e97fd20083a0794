-- What holds for the session lists that shopsmart_rebuild_sessions writes.
\ir ../fixture/random_shop.psql
SELECT plan(8);
UPDATE shop.events SET occurred_at = date_bin('1 day', occurred_at, '2026-01-01 00:00Z') + date_part('minute', occurred_at) * interval '1 minute';
CREATE TEMPORARY TABLE report AS SELECT * FROM shopsmart_rebuild_sessions('2160 hours', :'now');
CREATE TEMPORARY TABLE visit AS
SELECT user_id, session_id, session, array_agg(DISTINCT product_id) AS products
FROM (SELECT *, count(*) FILTER (WHERE starts) OVER (PARTITION BY user_id, session_id ORDER BY occurred_at, event_id) AS session
      FROM (SELECT e.*, (occurred_at - lag(occurred_at) OVER (PARTITION BY user_id, session_id ORDER BY occurred_at, event_id) <= '30 minutes') IS NOT TRUE AS starts
            FROM shop.events e JOIN shop.event_types t USING (event_type) WHERE t.weight > 0 AND occurred_at <= :'now' AND occurred_at > timestamptz :'now' - interval '2160 hours') s) n
GROUP BY 1, 2, 3;

SELECT is((SELECT sessions FROM report), (SELECT count(*) FROM visit), 'as many sessions as there are');
SELECT is((SELECT products FROM report), (SELECT count(DISTINCT p) FROM visit, unnest(products) AS p), 'all products of sessions');
SELECT is((SELECT count(*) FROM shopsmart.session_lists), (SELECT products FROM report), 'one row a product');
SELECT is_empty($$SELECT product_id FROM shopsmart.session_lists WHERE cardinality(weights) <> cardinality(sessions) OR cardinality(window_ends) <> cardinality(sessions) OR cardinality(places) <> cardinality(sessions)
                  OR window_ends[cardinality(window_ends)] <> cardinality(window_products)$$, 'arrays of one length');
SELECT is_empty($$SELECT l.product_id, cardinality(l.sessions) FROM shopsmart.session_lists l WHERE cardinality(l.sessions) <> least(100, (SELECT count(*) FROM visit WHERE l.product_id = ANY (products)))$$, 'each product has its sessions');
SELECT is_empty($$SELECT l.product_id FROM shopsmart.session_lists l, unnest(l.places) AS p WHERE l.window_products[p + 1] <> l.product_id$$, 'places are those of the product');
SELECT is_empty($$SELECT l.product_id FROM shopsmart.session_lists l WHERE abs(rarity - (SELECT ln(1 + (SELECT sessions FROM report)::float8 / count(*)) ^ 2 FROM visit WHERE l.product_id = ANY (products))) > 1e-9$$, 'rarity');

CREATE TEMPORARY TABLE lists AS SELECT product_id, rarity, sessions, weights, window_ends, places, window_products FROM shopsmart.session_lists;
CREATE TEMPORARY TABLE shuffled AS SELECT * FROM shop.events ORDER BY md5(event_id::text);
DELETE FROM shop.events;
INSERT INTO shop.events SELECT * FROM shuffled;
SET LOCAL shopsmart.rebuild_threads = 7;
SELECT shopsmart_rebuild_sessions('2160 hours', :'now') \g /dev/null
SELECT set_eq('SELECT product_id, rarity, sessions, weights, window_ends, places, window_products FROM shopsmart.session_lists', 'TABLE lists', 'seven threads, events in another order: the same rows');

SELECT * FROM finish();
ROLLBACK;
