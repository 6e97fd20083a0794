-- Edges of shopsmart_seen: bounds of every argument, unknown users, deleted products.
\ir ../fixture/random_shop.psql
SELECT plan(11);

SELECT throws_ok($$SELECT * FROM shopsmart_seen(NULL)$$, '22004', NULL, 'no user');
SELECT throws_ok($$SELECT * FROM shopsmart_seen('')$$, '22023', NULL, 'empty user id');
SELECT throws_ok($$SELECT * FROM shopsmart_seen(repeat('x', 256))$$, '22023', NULL, 'user id of 256 characters');
SELECT throws_ok($$SELECT * FROM shopsmart_seen('user 1', 'infinity')$$, '22023', NULL, 'as_of infinity');
SELECT is_empty($$SELECT * FROM shopsmart_seen('nobody')$$, 'unknown user');
SELECT is_empty($$SELECT * FROM shopsmart_seen('user 1', '4714-11-24 00:00Z BC')$$, 'before all events');
SELECT isnt_empty($$SELECT * FROM shopsmart_seen('user 1', '2026-06-30 12:00Z')$$, 'user 1 has seen something');
SELECT is((SELECT count(*) FROM generate_series(1, 3), LATERAL shopsmart_seen('user 1', '2026-06-30 12:00Z')), 3 * (SELECT count(*) FROM shopsmart_seen('user 1', '2026-06-30 12:00Z')), 'several calls in a query');
SET LOCAL shopsmart.history_events = 1;
SELECT is((SELECT count(*) FROM shopsmart_seen('user 1', '2026-06-30 12:00Z')), 1::bigint, 'as many events as the setting says');
DELETE FROM shop.products WHERE product_id = (SELECT s FROM shopsmart_seen('user 1', '2026-06-30 12:00Z') AS s);
SELECT is((SELECT count(*) FROM shopsmart_seen('user 1', '2026-06-30 12:00Z')), 1::bigint, 'events of a deleted product are gone with it');
DELETE FROM shop.users;
SELECT is_empty($$SELECT * FROM shopsmart_seen('user 1')$$, 'a deleted user');

SELECT * FROM finish();
ROLLBACK;
