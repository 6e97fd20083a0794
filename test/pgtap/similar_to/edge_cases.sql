-- Edges of shopsmart_similar_to: unknown, hidden and extreme products.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(8);

SELECT ok(shopsmart_similar_to(NULL) IS NULL, 'no product, no ranking');
SELECT is(pg_temp.by_index(shopsmart_similar_to(0)), pg_temp.by_index(NULL), 'unknown product: the order for nobody');
SELECT is(pg_temp.by_index(shopsmart_similar_to('-9223372036854775808')), pg_temp.by_sort(NULL), 'smallest id');
SELECT is(pg_temp.by_index(shopsmart_similar_to(9223372036854775807)), pg_temp.by_sort(NULL), 'largest id');
SELECT throws_ok($$SELECT 'similar_to:1,2'::shopsmart_ranking$$, '22P02', NULL, 'one product only');
UPDATE shop.products SET is_active = false WHERE product_id = 1;
SELECT is((pg_temp.by_index('similar_to:1'))[40], 1::bigint, 'a hidden product has its order');
DELETE FROM shop.products WHERE product_id = 1;
SELECT is(pg_temp.by_index('similar_to:1'), pg_temp.by_index(NULL), 'a deleted one not, though the model knows it');
SELECT is(pg_temp.by_sort('similar_to:1'), pg_temp.by_index(NULL), '... by a sort as well');

SELECT * FROM finish();
ROLLBACK;
