-- Edges of shopsmart_bought_together.
\ir ../fixture/random_shop.psql
SELECT plan(13);

SELECT throws_ok($$SELECT * FROM shopsmart_bought_together(NULL)$$, '22004', NULL, 'no products');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together('{1,NULL}')$$, '22004', NULL, 'null among the products');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together('{{1,2}}')$$, '2202E', NULL, 'two dimensions');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together((SELECT array_agg(i) FROM generate_series(1, 1001) AS i))$$, '22023', NULL, '1001 products');
SELECT lives_ok($$SELECT * FROM shopsmart_bought_together((SELECT array_agg(i) FROM generate_series(1, 1000) AS i))$$, '1000 products');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together('{1}', NULL)$$, '22004', NULL, 'k null');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together('{1}', 0)$$, '22023', NULL, 'k 0');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together('{1}', 1001)$$, '22023', NULL, 'k 1001');
SELECT throws_ok($$SELECT * FROM shopsmart_bought_together('{1}', 10, '{"x": 1}')$$, '22023', NULL, 'unknown filter key');
SELECT is_empty($$SELECT * FROM shopsmart_bought_together('{}')$$, 'an empty cart');
SELECT is_empty($$SELECT * FROM shopsmart_bought_together('{0,-1,99}')$$, 'unknown products');
SELECT results_eq($$SELECT * FROM shopsmart_bought_together('[-3:-2]={1,2}')$$, $$SELECT * FROM shopsmart_bought_together('{2,1,2}')$$, 'bounds, order and repeats do not matter');
DELETE FROM shopsmart.generations WHERE kind = 'baskets';
SELECT is_empty($$SELECT * FROM shopsmart_bought_together('{1}')$$, 'no model yet');

SELECT * FROM finish();
ROLLBACK;
