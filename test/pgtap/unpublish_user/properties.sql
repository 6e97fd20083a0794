-- What holds for shopsmart_unpublish_user: it changes no answer, and neither does the setting that publishes.
\ir ../fixture/random_shop.psql
SELECT plan(3);

SELECT shopsmart_rebuild_similarity(), shopsmart_refresh_trending() \g /dev/null
CREATE TEMPORARY TABLE answer AS SELECT * FROM shopsmart_recommend('user 1', 20);
SELECT shopsmart_unpublish_user('user 1') \g /dev/null
SELECT results_eq($$SELECT * FROM shopsmart_recommend('user 1', 20)$$, 'TABLE answer', 'the answer in SQL is what it was');
SET LOCAL shopsmart.redis_publish = on;
SELECT results_eq($$SELECT * FROM shopsmart_recommend('user 1', 20)$$, 'TABLE answer', 'and so it is when answers are to be published');
SELECT is((SELECT dropped FROM shopsmart.redis_status), 0::bigint, 'without a Redis nothing waits to be sent');

SELECT * FROM finish();
ROLLBACK;
