-- Edges of shopsmart_last_scan: which scan it tells of, when there was none, when it failed, when nothing was found.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(11);

CREATE FUNCTION pg_temp.told() RETURNS text LANGUAGE sql RETURN (SELECT concat_ws(' ', l.products, l.lookups, l.stage, l.map_used) FROM shopsmart_last_scan() AS l);
SELECT is(pg_temp.told(), '', 'before any ordered scan of the session');
SELECT pg_temp.by_sort('user:user 1') \g /dev/null
SELECT * FROM shopsmart_recommend('user 1') \g /dev/null
SELECT is(pg_temp.told(), '', 'a sort is none, a function neither');
SELECT pg_temp.by_index('user:user 1', k => 0) \g /dev/null
SELECT is(pg_temp.told(), '', 'one that nobody asked for a row neither');
SELECT pg_temp.by_index('trend:30d', k => 3) \g /dev/null
SELECT is(pg_temp.told(), '3 3 ranked f', 'three products');
SELECT throws_ok($$SELECT pg_temp.by_index('similar_to:1', '1 / (p.product_id - 7) IS NOT NULL')$$, '22012', NULL, 'a scan that fails');
SELECT is(pg_temp.told(), '3 3 ranked f', '... leaves no trace');
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
DECLARE list CURSOR FOR SELECT product_id FROM shop.products ORDER BY product_id <~> 'trend:7d';
FETCH 5 FROM list \g /dev/null
SELECT is(pg_temp.told(), '3 3 ranked f', 'a cursor is told of');
CLOSE list;
SELECT is(pg_temp.told(), '5 5 ranked f', '... when it is closed');
SELECT pg_temp.by_index('user:nobody') \g /dev/null
SELECT matches(pg_temp.told(), '^40 \d+ end f$', 'to the end');
DELETE FROM shopsmart.generations;
SELECT pg_temp.by_index('user:nobody') \g /dev/null
SELECT is(pg_temp.told(), '40 0 end f', 'no list, nothing to look up');
DELETE FROM shop.products;
SELECT pg_temp.by_index('user:nobody') \g /dev/null
SELECT is(pg_temp.told(), '40 0 end f', 'rows that are deleted are passed by until VACUUM');

SELECT * FROM finish();
ROLLBACK;
