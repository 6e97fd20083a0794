-- shopsmart_cache_warm changes no answer. (What it brings is uncommitted here, so that nothing comes in: see test/tap/040.)
\ir ../fixture/random_shop.psql
SELECT size > 0 AS has_memory FROM shopsmart_cache_stats() \gset
SELECT plan(1);

CREATE TEMPORARY TABLE before AS SELECT u, r.* FROM generate_series(1, 50) AS u, shopsmart_recommend('user ' || u, 20, as_of => :'now') AS r;
\if :has_memory
SELECT shopsmart_cache_warm() \g /dev/null
\endif
SELECT set_eq($$SELECT u, r.* FROM generate_series(1, 50) AS u, shopsmart_recommend('user ' || u, 20, as_of => '2026-06-30 12:00Z') AS r$$, 'SELECT * FROM before',
              'the same answers afterwards');

SELECT * FROM finish();
ROLLBACK;
