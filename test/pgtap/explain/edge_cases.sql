-- Edges of shopsmart_explain.
\ir ../fixture/random_shop.psql
SELECT plan(10);

SELECT throws_ok($$SELECT * FROM shopsmart_explain(NULL, 1)$$, '22004', NULL, 'no user');
SELECT throws_ok($$SELECT * FROM shopsmart_explain('user 1', NULL)$$, '22004', NULL, 'no product');
SELECT throws_ok($$SELECT * FROM shopsmart_explain('', 1)$$, '22023', NULL, 'empty user id');
SELECT throws_ok($$SELECT * FROM shopsmart_explain(repeat('x', 256), 1)$$, '22023', NULL, 'user id of 256 characters');
SELECT throws_ok($$SELECT * FROM shopsmart_explain('user 1', 1, 'infinity')$$, '22023', NULL, 'as_of infinity');
SELECT is_empty($$SELECT * FROM shopsmart_explain('nobody', 1)$$, 'unknown user');
SELECT is_empty($$SELECT * FROM shopsmart_explain('user 1', 0)$$, 'unknown product');
SELECT is_empty($$SELECT * FROM shopsmart_explain('user 1', 1, '4714-11-24 00:00Z BC')$$, 'before all events');
SELECT isnt_empty($$SELECT * FROM shopsmart_explain('user 1', 1, '2026-06-30 12:00Z')$$, 'something speaks for product 1');
DELETE FROM shopsmart.generations WHERE kind = 'similarity';
SELECT is_empty($$SELECT * FROM shopsmart_explain('user 1', 1, '2026-06-30 12:00Z')$$, 'no model');

SELECT * FROM finish();
ROLLBACK;
