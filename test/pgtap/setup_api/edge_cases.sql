-- Edges of shopsmart_setup_api: what was there before it, what it must not take over, what it leaves alone.
\ir ../fixture/start.psql
SELECT plan(21);

-- Roles that were there. (On a server where they are in use already, the tests below make them harmful and harmless again.)
SELECT lives_ok('SELECT shopsmart_setup_api()', 'the first time');
SELECT lives_ok('SELECT shopsmart_setup_api()', 'the second time');
SAVEPOINT clean;
ALTER ROLE web_anon LOGIN;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', 'roles of the API may do more than they should: web_anon', 'a role of the web that logs in');
ROLLBACK TO clean;
ALTER ROLE shop_api SUPERUSER;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', NULL, 'an owner who is superuser');
ROLLBACK TO clean;
ALTER ROLE shop_user BYPASSRLS;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', NULL, 'a shopper whom policies do not bind');
ROLLBACK TO clean;
GRANT shop_admin TO authenticator;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', 'roles of the API may do more than they should: authenticator', 'a public login that may become an administrator');
ROLLBACK TO clean;
GRANT pg_read_all_data TO shop_user;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', NULL, 'a shopper who reads everything');
ROLLBACK TO clean;
ALTER ROLE authenticator INHERIT;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', NULL, 'a login that inherits');
ROLLBACK TO clean;
ALTER ROLE web_anon SET statement_timeout = '700ms';
SELECT lives_ok('SELECT shopsmart_setup_api()', 'a timeout of the operator');
SELECT ok((SELECT 'statement_timeout=700ms' = ANY (rolconfig) FROM pg_roles WHERE rolname = 'web_anon'), '... stays');

-- Schemas.
CREATE SCHEMA occupied;
SELECT throws_ok($$SELECT shopsmart_setup_api('occupied')$$, '55000', 'schema "occupied" exists and does not belong to role "shop_api"', 'a schema of somebody else');
SELECT throws_ok($$SELECT shopsmart_setup_api('public')$$, '22023', 'the API cannot be in schema "public"', 'a schema that shows too much');
SELECT lives_ok($$SELECT shopsmart_setup_api('quoted "name')$$, 'a name that has to be quoted');
SELECT ok(to_regprocedure('"quoted ""name".trending(integer, bigint, text, jsonb)') IS NOT NULL, '... is used');
CREATE FUNCTION api.of_the_shop() RETURNS integer LANGUAGE sql RETURN 1;
SELECT lives_ok('SELECT shopsmart_setup_api()', 'a function that the shop has added');
SELECT is(api.of_the_shop(), 1, '... stays');
DROP FUNCTION api.of_the_shop();
-- An object of ours with the rights of somebody else.
DROP FUNCTION api.suggest(text, integer);
CREATE FUNCTION api.suggest(prefix text, k integer) RETURNS integer LANGUAGE sql RETURN 1;
SELECT throws_ok('SELECT shopsmart_setup_api()', '42723', NULL, 'a planted function is not taken over');
DROP FUNCTION api.suggest(text, integer);

-- Others.
CREATE ROLE regress_shopsmart_owner CREATEROLE;
GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public, shopsmart TO regress_shopsmart_owner;
GRANT USAGE ON SCHEMA shopsmart TO regress_shopsmart_owner;
GRANT SELECT ON shopsmart.shop TO regress_shopsmart_owner;
SET LOCAL ROLE regress_shopsmart_owner;
SELECT throws_ok('SELECT shopsmart_setup_api()', '42501', 'only a superuser may set up the API', 'somebody else');
RESET ROLE;
SAVEPOINT installed;
DELETE FROM shopsmart.shop;
SELECT throws_ok('SELECT shopsmart_setup_api()', '55000', 'the shop has no tables yet', 'no shop');
ROLLBACK TO installed;
DROP EXTENSION shopsmart;
SELECT is((SELECT count(*) FROM pg_proc WHERE pronamespace = 'api'::regnamespace), 0::bigint, 'the functions go with the extension');
CREATE EXTENSION shopsmart;
SELECT lives_ok('SELECT shopsmart_setup(), shopsmart_setup_api()', 'and come back with it');

SELECT * FROM finish();
ROLLBACK;
