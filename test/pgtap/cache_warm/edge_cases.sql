-- Edges of shopsmart_cache_warm: no shop, no user, no model; settings of the caller.
\ir ../fixture/random_shop.psql
SELECT size > 0 AS has_memory FROM shopsmart_cache_stats() \gset
\if :has_memory
SELECT plan(5);

SET LOCAL shopsmart.session_cache = '1MB';
SET LOCAL shopsmart.use_shared_cache = off;
SELECT is(shopsmart_cache_warm(3), 3::bigint, 'so many users');
SELECT is(current_setting('shopsmart.session_cache') || ' ' || current_setting('shopsmart.use_shared_cache'), '1MB off', 'settings are as they were');
DELETE FROM shopsmart.generations;
SELECT is(shopsmart_cache_warm(3), 3::bigint, 'without a model there is nothing to bring, and no error');
DELETE FROM shop.events;
SELECT is(shopsmart_cache_warm(), 0::bigint, 'no events, no users');
DELETE FROM shopsmart.shop;
SELECT throws_ok('SELECT shopsmart_cache_warm()', '55000', 'the shop has no tables yet', 'no shop');
\else
SELECT plan(1);

SELECT throws_ok('SELECT shopsmart_cache_warm()', '55000', 'there is no shared cache', 'not preloaded');
\endif

SELECT * FROM finish();
ROLLBACK;
