-- What the catalogue says of shopsmart_cache_stats.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_cache_stats',
    '',
    'TABLE(kind text, hits bigint, misses bigint, hit_rate double precision, stored bigint, evictions bigint, invalidations bigint, entries bigint, bytes bigint, size bigint)',
    'v', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
