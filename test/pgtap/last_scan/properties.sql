-- What holds for every ordered scan that shopsmart_last_scan tells of.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(8);

CREATE TEMPORARY TABLE scan (ranking shopsmart_ranking, k bigint, condition text, shown bigint, candidates bigint, products bigint, lookups bigint, stage text, map_used boolean);
DO $$
DECLARE
    q record;
    shown bigint;
BEGIN
    FOR q IN SELECT r, k, f.condition FROM filter f, unnest('{1,5,20,1000}'::bigint[]) AS k,
                    (SELECT shopsmart_user('user ' || u, '2026-06-30 12:00Z') FROM generate_series(1, 51) AS u UNION ALL SELECT shopsmart_similar_to(p) FROM generate_series(1, 41, 3) AS p) AS rankings(r) LOOP
        shown := cardinality(pg_temp.by_index(q.r, q.condition, q.k));
        INSERT INTO pg_temp.scan SELECT q.r, q.k, q.condition, shown, l.* FROM shopsmart_last_scan() AS l;
    END LOOP;
END
$$;
SELECT cmp_ok((SELECT count(*) FROM scan), '>', 1000::bigint, 'there is something to judge');
SELECT is_empty('SELECT * FROM scan WHERE products < shown OR lookups > products OR candidates < 0 OR map_used', 'counts that can be');
SELECT is_empty($$SELECT * FROM scan WHERE condition = 'true' AND products <> shown$$, 'as many products as rows, when no row is thrown away');
SELECT is_empty($$SELECT * FROM scan WHERE (stage = 'end') <> (products = 40) AND k = 1000$$, 'all of them only when rows ran out');
SELECT is_empty($$SELECT * FROM scan WHERE stage NOT IN ('ranked', 'rest', 'end')$$, 'known stages');
SELECT is_empty($$SELECT * FROM scan WHERE ranking::text ~ '^similar' AND candidates <> (SELECT count(*) FROM shopsmart.item_similarity s WHERE ranking::text = 'similar_to:' || s.product_id)$$,
                'the candidates of a product are its neighbors');

-- A list that is long enough for the map: 2000 products, all of them popular.
INSERT INTO shop.products (product_id, name) SELECT i, 'many' FROM generate_series(101, 2100) AS i;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) SELECT 1, i, 'view', '2026-01-01 00:00Z' FROM generate_series(101, 2100) AS i;
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') \g /dev/null
SELECT is(pg_temp.by_index('user:nobody'), pg_temp.by_sort('user:nobody'), 'a long scan, in the same order as a sort');
SELECT results_eq('SELECT products, lookups, map_used FROM shopsmart_last_scan()', $$VALUES (2040::bigint, 1000::bigint, true)$$, 'which looked up a thousand products and read the rest in one pass');

SELECT * FROM finish();
ROLLBACK;
