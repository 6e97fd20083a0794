-- Edges of shopsmart_unpublish_user where there is no Redis. (With one: test/tap/052_redis_publishing.pl.)
\ir ../fixture/start.psql
SELECT plan(4);

SELECT is(shopsmart_unpublish_user('ana'), false, 'nothing to do without a Redis');
SELECT is(shopsmart_unpublish_user('nobody ever heard of'), false, 'for an unknown user too');
DELETE FROM shopsmart.shop;
SELECT is(shopsmart_unpublish_user('ana'), false, 'and without a shop');
SET LOCAL transaction_read_only = on;
SELECT is(shopsmart_unpublish_user('ana'), false, 'and in a transaction that only reads');

SELECT * FROM finish();
ROLLBACK;
