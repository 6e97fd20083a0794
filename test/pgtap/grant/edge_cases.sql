-- Edges of shopsmart_grant: unknown roles and accesses, names that have to be quoted, no shop.
\ir ../fixture/start.psql
SELECT plan(10);

SELECT throws_ok($$SELECT shopsmart_grant('no such role', 'read')$$, '42704', 'role "no such role" does not exist', 'unknown role');
SELECT throws_ok($$SELECT shopsmart_grant('', 'read')$$, '42704', NULL, 'empty role name');
SELECT throws_ok($$SELECT shopsmart_grant('public', 'read')$$, '42704', NULL, 'PUBLIC is no role');
SELECT throws_ok($$SELECT shopsmart_grant(current_user, 'everything')$$, '22023', 'unknown access "everything"', 'unknown access');
SELECT throws_ok($$SELECT shopsmart_grant(current_user, '')$$, '22023', NULL, 'empty access');
SELECT throws_ok($$SELECT shopsmart_grant(current_user, 'READ')$$, '22023', NULL, 'access in capitals');
SELECT ok(shopsmart_grant(NULL, 'read') IS NULL, 'no role, nothing done');
CREATE ROLE "regress shopsmart ""quoted"", role";
SELECT lives_ok($$SELECT shopsmart_grant('regress shopsmart "quoted", role', 'admin')$$, 'a name that has to be quoted');
SELECT ok(has_function_privilege('regress shopsmart "quoted", role', 'shopsmart_rebuild_similarity(interval, timestamptz)', 'EXECUTE'), '... has the right');
DELETE FROM shopsmart.shop;
SELECT throws_ok($$SELECT shopsmart_grant(current_user, 'read')$$, '55000', NULL, 'no shop');

SELECT * FROM finish();
ROLLBACK;
