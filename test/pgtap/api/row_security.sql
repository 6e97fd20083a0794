-- Row security behind the API: its functions see one user at a time, whatever they ask for.
\ir ../fixture/http.psql
SELECT plan(17);

-- As the owner of the functions, which nobody can be over HTTP.
SELECT shopsmart_track('user 1', 1, idempotency_key => 'own'), shopsmart_track('user 2', 1, idempotency_key => 'foreign') \g /dev/null
SET LOCAL ROLE shop_api;
SELECT is((SELECT count(*) FROM shop.users), 0::bigint, 'acting for nobody: no users');
SELECT is((SELECT count(*) FROM shop.events), 0::bigint, '... no events');
SELECT is((SELECT count(*) FROM shop.event_keys), 0::bigint, '... no keys');
SET LOCAL shop_api.acting_for = '{"user 1"}';
SELECT is(ARRAY(SELECT external_id FROM shop.users), '{"user 1"}', 'acting for a user: that user');
SELECT is_empty($$SELECT FROM shop.events WHERE user_id <> (SELECT user_id FROM shop.users)$$, '... no events of others');
SELECT cmp_ok((SELECT count(*) FROM shop.events), '>', 0::bigint, '... but those of the user');
SELECT is(ARRAY(SELECT idempotency_key FROM shop.event_keys), '{own}', '... and keys');
SELECT throws_ok($$SELECT shopsmart_track('user 2', 1)$$, '42501', NULL, '... no event of another one');
SELECT throws_ok($$INSERT INTO shop.users (external_id) VALUES ('somebody else')$$, '42501', NULL, '... no other new user');
SELECT throws_ok($$INSERT INTO shop.events (user_id, product_id, event_type) VALUES (2, 1, 'view')$$, '42501', NULL, '... not by INSERT either');
RESET ROLE;

-- A setting that somebody left behind, or has set, decides nothing.
SET LOCAL shop_api.acting_for = '{"user 2"}';
SELECT is(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.recommendations(20)') -> 'rows', pg_temp.http('GET', 'shop_service', NULL, $$SELECT * FROM api.recommendations(20, user_id => 'user 1')$$) -> 'rows', 'a setting left behind changes nothing');
SELECT isnt(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.recommendations(20)') -> 'rows', pg_temp.http_as('user 2', 'GET', 'SELECT * FROM api.recommendations(20)') -> 'rows', 'in one session two users are told different things');
SELECT is(current_setting('shop_api.acting_for'), '{"user 2"}', 'a call leaves the setting as it was');

-- Roles that could see everything before still can; new ones see what policies let them see.
SELECT is((SELECT count(*) FROM pg_class WHERE oid IN ('shop.users'::regclass, 'shop.events'::regclass, 'shop.event_keys'::regclass) AND relrowsecurity), 3::bigint, 'row security is on for all tables with user ids');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'p')
                  AND NOT c.relispartition AND NOT c.relrowsecurity$$, 'there are no others');
SET LOCAL ROLE shop_service;
SELECT cmp_ok((SELECT count(DISTINCT user_id) FROM shop.events), '>', 1::bigint, 'a service sees everybody''s events');
RESET ROLE;
SET LOCAL ROLE shop_admin;
SELECT lives_ok('SELECT shopsmart_rebuild_similarity()', 'an administrator may rebuild');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
