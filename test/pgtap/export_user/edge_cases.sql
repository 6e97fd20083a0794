-- Edges of shopsmart_export_user: unknown users, users without events, no shop.
\ir ../fixture/random_shop.psql
SELECT plan(4);

SELECT ok(shopsmart_export_user('nobody') IS NULL, 'an unknown user');
SELECT ok(shopsmart_export_user(NULL) IS NULL, 'no user');
INSERT INTO shop.users (external_id) VALUES ('quiet');
SELECT is(shopsmart_export_user('quiet') - 'user', '{"events": [], "event_keys": [], "searches": []}', 'a user without events');
DELETE FROM shopsmart.shop;
SELECT throws_ok($$SELECT shopsmart_export_user('user 1')$$, '55000', NULL, 'no shop');

SELECT * FROM finish();
ROLLBACK;
