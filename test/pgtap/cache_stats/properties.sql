-- What holds for shopsmart_cache_stats, preloaded or not.
\ir ../fixture/random_shop.psql
SELECT plan(5);

SELECT count(*) FROM generate_series(1, 50) AS u, shopsmart_recommend('user ' || u, as_of => :'now') \g /dev/null
CREATE TEMPORARY TABLE stats AS SELECT * FROM shopsmart_cache_stats();
SELECT set_eq('SELECT kind FROM stats', ARRAY['neighbors'], 'a row for each kind');
SELECT is_empty('SELECT * FROM stats WHERE least(hits, misses, stored, evictions, invalidations, entries, bytes, size) < 0', 'nothing is negative');
SELECT is_empty('SELECT * FROM stats WHERE entries <> stored - evictions - invalidations', 'what came in and did not leave is there');
SELECT is_empty('SELECT * FROM stats WHERE bytes > size OR (entries = 0) <> (bytes = 0)', 'no more than there is room for');
SELECT is_empty('SELECT * FROM stats WHERE hit_rate IS DISTINCT FROM hits::float8 / nullif(hits + misses, 0)', 'the hit rate is that of these counts');

SELECT * FROM finish();
ROLLBACK;
