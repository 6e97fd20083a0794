-- Edges of shopsmart_erase_user: unknown users, users without events, no shop, no right.
\ir ../fixture/random_shop.psql
SELECT plan(9);

SELECT results_eq($$SELECT * FROM shopsmart_erase_user('nobody')$$, $$VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint)$$, 'an unknown user');
SELECT results_eq($$SELECT * FROM shopsmart_erase_user('')$$, $$VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint)$$, 'an empty name');
SELECT is_empty('TABLE shopsmart.erasures', '... are not noted');
INSERT INTO shop.users (external_id) VALUES ('quiet');
SELECT results_eq($$SELECT * FROM shopsmart_erase_user('quiet')$$, $$VALUES (1::bigint, 0::bigint, 0::bigint, 0::bigint)$$, 'a user without events');
CREATE ROLE regress_shopsmart_writer;
CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_writer', 'write'), shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null
GRANT EXECUTE ON FUNCTION shopsmart_erase_user(text), shopsmart.attached_shop() TO regress_shopsmart_writer;
SET LOCAL ROLE regress_shopsmart_writer;
SELECT throws_ok($$SELECT shopsmart_erase_user('user 1')$$, '42501', NULL, 'the right to delete users is wanted too');
RESET ROLE;
SELECT isnt_empty($$SELECT FROM shop.users WHERE external_id = 'user 1'$$, '... so nothing happened');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT results_eq($$SELECT users FROM shopsmart_erase_user('user 1')$$, $$VALUES (1::bigint)$$, 'an admin has it');
SELECT throws_ok($$UPDATE shop.users SET external_id = 'me'$$, '42501', NULL, '... and may not rename users');
RESET ROLE;
DELETE FROM shopsmart.shop;
SELECT throws_ok($$SELECT shopsmart_erase_user('user 1')$$, '55000', NULL, 'no shop');

SELECT * FROM finish();
ROLLBACK;
