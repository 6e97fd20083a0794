-- Edges of shopsmart_trend: windows, categories, no lists.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(10);

SELECT throws_ok($$SELECT shopsmart_trend(1, '1h')$$, '22023', NULL, 'unknown window');
SELECT throws_ok($$SELECT shopsmart_trend(1, '')$$, '22023', NULL, 'empty window');
SELECT throws_ok($$SELECT 'trend:1h'::shopsmart_ranking$$, '22P02', NULL, 'nor as text');
SELECT ok(shopsmart_trend(NULL, NULL) IS NOT NULL, 'neither category nor window: the shop in the usual window');
SELECT is(pg_temp.by_index(shopsmart_trend(-1)), pg_temp.by_index(shopsmart_trend()), 'unknown category');
SELECT is(pg_temp.by_index(shopsmart_trend('-9223372036854775808')), pg_temp.by_sort(shopsmart_trend(9223372036854775807)), 'extreme categories');
SELECT is(pg_temp.by_index(shopsmart_trend()), pg_temp.by_index(NULL), 'the shop in the usual window is what nobody in particular sees');
SET LOCAL shopsmart.trending_window = '30d';
SELECT is(pg_temp.by_index(shopsmart_trend()), pg_temp.by_sort('trend:30d'), 'the setting of the moment of the query counts');
DELETE FROM shopsmart.generations WHERE kind = 'trending';
SELECT is(pg_temp.by_index(shopsmart_trend(1)), pg_temp.by_sort(shopsmart_trend(1)), 'no lists, by index and sort');
DELETE FROM shopsmart.generations;
SELECT is(pg_temp.by_index(shopsmart_trend(1)), ARRAY(SELECT product_id FROM shop.products ORDER BY 1 DESC), 'no models: by id');

SELECT * FROM finish();
ROLLBACK;
