-- Edges of shopsmart_cache_stats: no shop, no call; a session that passes the shared memory by.
\ir ../fixture/random_shop.psql
SELECT plan(3);

CREATE TEMPORARY TABLE before AS SELECT hits, misses, stored FROM shopsmart_cache_stats();
SELECT * FROM shopsmart_recommend('nobody') \g /dev/null
SELECT results_eq('SELECT hits, misses, stored FROM shopsmart_cache_stats()', 'SELECT * FROM before', 'who has no history asks for no list');
SET LOCAL shopsmart.use_shared_cache = off;
SELECT count(*) FROM generate_series(1, 40) AS p, shopsmart_similar(p) \g /dev/null
SELECT results_eq('SELECT hits, misses, stored FROM shopsmart_cache_stats()', 'SELECT * FROM before', 'switched off, nothing is asked');
DELETE FROM shopsmart.shop;
SELECT is((SELECT count(*) FROM shopsmart_cache_stats()), 1::bigint, 'it needs no shop');

SELECT * FROM finish();
ROLLBACK;
