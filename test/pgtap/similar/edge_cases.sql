-- Edges of shopsmart_similar.
\ir ../fixture/random_shop.psql
SELECT plan(13);

SELECT throws_ok($$SELECT * FROM shopsmart_similar(NULL)$$, '22004', NULL, 'no product');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, NULL)$$, '22004', NULL, 'k null');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, 0)$$, '22023', NULL, 'k 0');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, 1001)$$, '22023', NULL, 'k 1001');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, 10, '[]')$$, '22023', NULL, 'filter that is no object');
SELECT is_empty($$SELECT * FROM shopsmart_similar(0)$$, 'unknown product');
SELECT is_empty($$SELECT * FROM shopsmart_similar('-9223372036854775808')$$, 'smallest id');
SELECT is_empty($$SELECT * FROM shopsmart_similar(9223372036854775807)$$, 'largest id');
SELECT is((SELECT count(*) FROM shopsmart_similar(1, 1)), 1::bigint, 'k 1');
SELECT is((SELECT count(*) FROM shopsmart_similar(1, 1000)), (SELECT count(*) FROM oracle.eligible(NULL) AS e(id) WHERE id <> 1), 'k 1000: everything eligible but itself');
SELECT is((SELECT count(*) FROM shopsmart_similar(1)), 10::bigint, 'k defaults to 10');
DELETE FROM shopsmart.generations;
SELECT is((SELECT array_agg(DISTINCT strategy) FROM shopsmart_similar(1, 1000)), '{newest}', 'without any model the newest ones');
UPDATE shop.products SET is_active = false;
SELECT is_empty($$SELECT * FROM shopsmart_similar(1)$$, 'all products hidden');

SELECT * FROM finish();
ROLLBACK;
