-- Edges of shopsmart_cart: bounds of the array, unknown and repeated products.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(12);

SELECT ok(shopsmart_cart(NULL) IS NULL, 'no cart, no ranking');
SELECT throws_ok($$SELECT shopsmart_cart('{NULL}')$$, '22004', NULL, 'null in it');
SELECT throws_ok($$SELECT shopsmart_cart('{{1}}')$$, '2202E', NULL, 'two dimensions');
SELECT throws_ok($$SELECT shopsmart_cart(array_agg(i)) FROM generate_series(1::bigint, 1001) AS i$$, '22023', NULL, '1001 products');
SELECT is(pg_temp.by_index(shopsmart_cart((SELECT array_agg(i) FROM generate_series(1::bigint, 1000) AS i))), pg_temp.by_sort(shopsmart_cart((SELECT array_agg(i) FROM generate_series(1::bigint, 1000) AS i))), '1000 products');
SELECT is(pg_temp.by_index('cart:'), pg_temp.by_index(NULL), 'an empty cart: the order for nobody');
SELECT is(pg_temp.by_sort('cart:'), pg_temp.by_index(NULL), '... by a sort as well');
SELECT is(pg_temp.by_index(shopsmart_cart('{5,5,5,9,5}')), pg_temp.by_index(shopsmart_cart('{5,9}')), 'repeats do not matter');
SELECT is(pg_temp.by_index(shopsmart_cart('[7:8]={5,9}')), pg_temp.by_sort(shopsmart_cart('{5,9}')), 'nor bounds');
SELECT is(pg_temp.by_index(shopsmart_cart('{5,-1,9223372036854775807}')), pg_temp.by_index('cart:5'), 'unknown products add nothing');
DELETE FROM shop.products WHERE product_id = 9;
SELECT is(pg_temp.by_index(shopsmart_cart('{5,9}')), pg_temp.by_index('cart:5'), 'nor deleted ones');
DELETE FROM shopsmart.generations WHERE kind = 'baskets';
SELECT is(pg_temp.by_index('cart:5'), ARRAY(SELECT i FROM unnest(pg_temp.by_index(shopsmart_trend(category_id))) WITH ORDINALITY AS o(i, place) WHERE i <> 5 ORDER BY place) || 5::bigint,
          'no model: what trends in the category of the cart, the cart last') FROM shop.products WHERE product_id = 5;

SELECT * FROM finish();
ROLLBACK;
