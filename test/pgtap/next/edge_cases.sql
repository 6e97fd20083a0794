-- Edges of shopsmart_next: no sessions, no history, the end of a visit, a damaged model.
\ir ../fixture/random_shop.psql
SELECT plan(27);

SELECT throws_ok($$SELECT * FROM shopsmart_next(NULL)$$, '22004', NULL, 'no user');
SELECT throws_ok($$SELECT * FROM shopsmart_next('u', 0)$$, '22023', NULL, 'k 0');
SELECT is_empty($$SELECT * FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z') WHERE strategy = 'session'$$, 'never rebuilt: nothing to say about sessions');
SELECT is((SELECT count(*) FROM shopsmart_next('user 1', as_of => :'now')), 10::bigint, '... the list is full all the same');
SELECT shopsmart_rebuild_sessions(as_of => '4714-11-24 00:00Z BC') \g /dev/null
SELECT is_empty($$SELECT * FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z') WHERE strategy = 'session'$$, 'rebuilt of nothing');
SELECT is((SELECT count(*) FROM shopsmart_next('nobody')), 10::bigint, 'unknown user');

-- Two visits of somebody: 1 and 2; then, 31 minutes later, 3. Another one saw 1 and 4, a third one 3 and 5.
DELETE FROM shop.events;
UPDATE shop.products SET is_active = true;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, p, t, timestamptz '2026-06-30 10:00Z' + make_interval(mins => m)
FROM (VALUES (1, 1, 'view', 0), (1, 2, 'view', 30), (1, 3, 'view', 61), (2, 1, 'view', -100), (2, 4, 'purchase', -99), (3, 3, 'view', -100), (3, 5, 'glance', -99), (3, 5, 'gift', -98)) AS e(u, p, t, m);
SELECT is((SELECT ROW(r.sessions, r.products) FROM shopsmart_rebuild_sessions(as_of => '2026-06-30 09:00Z') r), ROW(2::bigint, 4::bigint), 'two sessions');
SELECT results_eq($$SELECT product_id, because FROM shopsmart_next('user 1', as_of => '2026-06-30 10:30Z') WHERE strategy = 'session'$$, $$VALUES (4::bigint, '{1}'::bigint[])$$, 'half an hour apart is the same visit');
SELECT results_eq($$SELECT product_id, because FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z') WHERE strategy = 'session'$$, $$VALUES (5::bigint, '{3}'::bigint[])$$, 'a longer pause begins another one');
SELECT results_eq($$SELECT product_id FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z', include_seen => true) WHERE strategy = 'session'$$, $$VALUES (3::bigint), (5)$$, 'what the visit holds, when asked for');
SELECT is_empty($$SELECT FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z') WHERE product_id IN (1, 2, 3)$$, 'the whole history is left out');
UPDATE shop.products SET is_active = false WHERE product_id = 5;
SELECT is_empty($$SELECT FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z') WHERE product_id = 5$$, 'hidden products are not shown');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (1, 1, 'view', '2026-06-30 11:59Z');
SELECT results_eq($$SELECT product_id, because FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z') WHERE strategy = 'session'$$, $$VALUES (4::bigint, '{1}'::bigint[])$$, 'an event counts at once');
SELECT results_eq($$SELECT f.product_id FROM shopsmart_next('user 1', filter => '{"in_stock": true}', as_of => '2026-06-30 12:00Z') f$$,
                  $$SELECT f.product_id FROM shopsmart_next('user 1', 1000, as_of => '2026-06-30 12:00Z') f JOIN shop.products p USING (product_id) WHERE p.stock > 0 ORDER BY rank LIMIT 10$$, 'a filter takes away and changes no order');
-- A model that somebody has written into.
CREATE FUNCTION pg_temp.refuses(assignment text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE 'UPDATE shopsmart.session_lists SET ' || assignment || ' WHERE product_id = 1';
    RETURN (SELECT throws_ok($q$SELECT * FROM shopsmart_next('user 1', as_of => '2026-06-30 12:00Z')$q$, 'XX001', NULL, 'refuses ' || assignment));
END
$$;
SAVEPOINT sound;
SELECT pg_temp.refuses($$places = '{}'$$);
SELECT pg_temp.refuses($$places = '{2}'$$);
SELECT pg_temp.refuses($$places = '{-1}'$$);
SELECT pg_temp.refuses($$places = '{1}'$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$window_ends = '{3}'$$);
SELECT pg_temp.refuses($$window_ends = '{0}'$$);
SELECT pg_temp.refuses($$window_ends = '{-2147483648}'$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$window_ends = '{42}', window_products = ARRAY[1] || array_fill(7::bigint, ARRAY[41])$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$sessions = '{-1}'$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$sessions = '{5,5}', weights = '{1,1}', places = '{0,0}', window_ends = '{1,2}'$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$weights = '{NaN}'$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$rarity = 'Infinity'$$);
ROLLBACK TO sound;
SELECT pg_temp.refuses($$sessions = (SELECT array_agg(i) FROM generate_series(1, 101) AS i), weights = array_fill(1::float8, ARRAY[101]), places = (SELECT array_agg(i) FROM generate_series(0, 100) AS i),
                       window_ends = (SELECT array_agg(i) FROM generate_series(1, 101) AS i), window_products = array_fill(1::bigint, ARRAY[101])$$);

SELECT * FROM finish();
ROLLBACK;
