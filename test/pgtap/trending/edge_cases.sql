-- Edges of shopsmart_trending.
\ir ../fixture/random_shop.psql
SELECT plan(11);

SELECT throws_ok($$SELECT * FROM shopsmart_trending(NULL)$$, '22004', NULL, 'k null');
SELECT throws_ok($$SELECT * FROM shopsmart_trending(0)$$, '22023', NULL, 'k 0');
SELECT throws_ok($$SELECT * FROM shopsmart_trending(1001)$$, '22023', NULL, 'k 1001');
SELECT throws_ok($$SELECT * FROM shopsmart_trending(10, NULL, '')$$, '22023', NULL, 'empty window');
SELECT throws_ok($$SELECT * FROM shopsmart_trending(10, NULL, 'all')$$, '22023', NULL, 'all-time popularity is no window');
SELECT throws_ok($$SELECT * FROM shopsmart_trending(10, NULL, NULL, '{"price": []}')$$, '22023', NULL, 'filter of the wrong type');
SELECT is_empty($$SELECT * FROM shopsmart_trending(10, 99)$$, 'unknown category');
SELECT is_empty($$SELECT * FROM shopsmart_trending(10, '-9223372036854775808')$$, 'the id that stands for the whole shop inside is an unknown category outside');
SELECT results_eq($$SELECT * FROM shopsmart_trending(10, NULL, NULL)$$, $$SELECT * FROM shopsmart_trending(10, NULL, '7d')$$, 'the window defaults to the setting');
SELECT results_eq($$SELECT * FROM shopsmart_trending()$$, $$SELECT * FROM shopsmart_trending(10)$$, 'k defaults to 10');
DELETE FROM shopsmart.generations WHERE kind = 'trending';
SELECT is_empty($$SELECT * FROM shopsmart_trending()$$, 'never refreshed');

SELECT * FROM finish();
ROLLBACK;
