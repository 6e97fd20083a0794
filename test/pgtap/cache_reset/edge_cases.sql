-- Edges of shopsmart_cache_reset: nothing there, twice, no shop, in the middle of a transaction that is rolled back.
\ir ../fixture/random_shop.psql
SELECT plan(4);

SELECT shopsmart_cache_reset() \g /dev/null
SELECT is(shopsmart_cache_reset(), 0::bigint, 'after a reset there is nothing to take away');
SELECT count(*) FROM generate_series(1, 50) AS u, shopsmart_recommend('user ' || u, as_of => :'now') \g /dev/null
SELECT is(shopsmart_cache_reset(), 0::bigint, 'an uncommitted model is not there either');
SELECT * FROM shopsmart_recommend('user 1', as_of => :'now') \g /dev/null
SELECT is((SELECT session + shared FROM shopsmart_last_sources()), 0::bigint, 'the session has forgotten its lists, too');
DELETE FROM shopsmart.shop;
SELECT is(shopsmart_cache_reset(), 0::bigint, 'it needs no shop');

SELECT * FROM finish();
ROLLBACK;
