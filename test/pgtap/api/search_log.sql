-- The search log over HTTP: visitors log their own searches and clicks, take them along when they log in, see and erase them.
\ir ../fixture/http.psql
SELECT plan(30);
SET LOCAL shopsmart.jwt_secret = 'a secret of the test, 32 bytes and more';

CREATE FUNCTION pg_temp.answer(user_id text, call text) RETURNS text LANGUAGE sql
RETURN (SELECT coalesce(a #>> '{rows,0,value}', a ->> 'status') FROM pg_temp.http_as(user_id, 'POST', format('SELECT %s AS value', call)) AS a);
SELECT is(pg_temp.answer('user 1', $$api.log_search('red shoes', 1, 'words')$$), '200', 'without a log: nothing');
SELECT is(pg_temp.answer('user 1', 'api.log_click(NULL, 1, 1)'), '200', '... as for a click');

-- Set up after the API, and before: the same rights and policies.
CREATE FUNCTION pg_temp.rights() RETURNS SETOF text LANGUAGE sql AS $$
    SELECT c.relname || ' ' || coalesce((SELECT string_agg(a.grantee::regrole || ' ' || a.privilege_type, ', ' ORDER BY a.grantee::regrole::text, a.privilege_type) FROM aclexplode(c.relacl) AS a), '')
           || coalesce((SELECT string_agg(t.attname || ' ' || a.grantee::regrole || ' ' || a.privilege_type, ', ' ORDER BY t.attname, a.grantee::regrole::text, a.privilege_type)
                        FROM pg_attribute t, aclexplode(t.attacl) AS a WHERE t.attrelid = c.oid), '')
           || coalesce((SELECT string_agg(p.polname || ' ' || p.polroles::regrole[]::text || ' ' || pg_get_expr(p.polqual, p.polrelid), ', ' ORDER BY p.polname) FROM pg_policy p WHERE p.polrelid = c.oid), '')
    FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname LIKE '%search%'
$$;
SELECT shopsmart_setup_search_log() \g /dev/null
CREATE TEMPORARY TABLE afterwards AS SELECT * FROM pg_temp.rights() AS line;
SELECT shopsmart_setup_api() \g /dev/null
SELECT set_eq('SELECT * FROM pg_temp.rights()', 'TABLE afterwards', 'the same rights and policies whichever is set up first');
SELECT is((SELECT count(*) FROM pg_class WHERE oid IN ('shop.searches'::regclass, 'shop.search_clicks'::regclass) AND relrowsecurity), 2::bigint, 'row security is on');
SELECT is_empty($$SELECT role, c.oid::regclass FROM unnest('{web_anon,shop_user,shop_api}'::name[]) AS role, pg_class c
                  WHERE c.relname IN ('popular_searches', 'searches_without_results', 'search_clicks_by_rank') AND has_table_privilege(role, c.oid, 'SELECT')$$, 'the web reads no view of it');

-- Own searches.
SELECT is(pg_temp.answer('user 1', $$api.log_search('Red shoes', 2, 'words')$$), '1', 'a search has a number');
SELECT is(pg_temp.answer('user 1', 'api.log_click(1, 1, 2)'), 'true', 'and a click on its result');
SELECT is(pg_temp.answer('user 1', 'api.log_click(1, 1, 2)'), 'false', '... that counts once');
SELECT is(pg_temp.answer('user 2', 'api.log_click(1, 2, 2)'), '404', 'not of somebody else''s search');
SELECT is(pg_temp.answer('user 2', 'api.log_click(77, 2, 2)'), '404', '... which is as if there were none');
SELECT is(pg_temp.answer('user 1', 'api.log_click(1, 99, 2)'), '404', 'nor on a product that is not there');
SELECT is(pg_temp.answer('user 2', $$api.log_search('tent', 0, user_id => 'user 1')$$), '403', 'nobody searches for another');
SELECT is(pg_temp.answer('user 2', $$api.log_click(1, 2, 2, 'user 1')$$), '403', '... or clicks');
SELECT is(pg_temp.answer('user 2', $$api.log_search('tent', -1)$$), '400', 'nonsense');
SELECT is(pg_temp.http_as('user 1', 'GET', $$SELECT api.log_search('tent', 0)$$) ->> 'status', '405', 'not by GET');
SELECT is(pg_temp.http('POST', 'web_anon', NULL, $$SELECT api.log_search('tent', 0)$$) ->> 'status', '401', 'not without a token');
SELECT is(pg_temp.http('POST', 'shop_service', NULL, $$SELECT api.log_search('tent', 0, user_id => 'user 3') AS id$$) #>> '{rows,0,id}', '2', 'a service logs for anybody');
SELECT is(pg_temp.http('POST', 'shop_service', NULL, $$SELECT api.log_click(2, 1, 1, 'user 3') AS first$$) #>> '{rows,0,first}', 'true', '... clicks too');
SELECT is(pg_temp.http('POST', 'shop_service', NULL, $$SELECT api.log_search('tent', 0)$$) ->> 'status', '400', '... and says for whom');
SELECT is(pg_temp.http_as('user 1', 'GET', 'SELECT query FROM shop.searches') ->> 'status', '403', 'nobody reads the table');
SET LOCAL ROLE shop_api;
SELECT is_empty('SELECT search_id FROM shop.searches UNION ALL SELECT search_id FROM shop.search_clicks', 'acting for nobody: no searches, no clicks');
SET LOCAL shop_api.acting_for = '{"user 3"}';
SELECT results_eq('SELECT search_id FROM shop.searches UNION ALL SELECT search_id FROM shop.search_clicks', 'VALUES (2::bigint), (2)', 'acting for a user: his own');
SELECT throws_ok('INSERT INTO shop.search_clicks (search_id, product_id, rank) VALUES (1, 5, 1)', '42501', NULL, '... and no click on another''s, not by INSERT either');
RESET ROLE;
SET LOCAL shop_api.acting_for = '';

-- A visitor who logs in, looks at himself, and goes.
CREATE TEMPORARY TABLE visitor AS
SELECT token, shopsmart.verified_claims(token) ->> 'sub' AS id FROM (SELECT pg_temp.http('POST', 'web_anon', NULL, 'SELECT api.anonymous_token() AS token') #>> '{rows,0,token}' AS token) AS t;
SELECT is(pg_temp.answer((SELECT id FROM visitor), $$api.log_search('camping', 3, 'words')$$), '3', 'a visitor without login');
SELECT is(pg_temp.answer((SELECT id FROM visitor), 'api.log_click(3, 1, 1)'), 'true', '... clicks');
SELECT is(pg_temp.answer('user 1', format('api.merge(%L)', (SELECT token FROM visitor))), '0', 'logs in');
SELECT is(pg_temp.http_as('user 1', 'GET', 'SELECT api.me() AS me') #> '{rows,0,me,searches,1,clicks,0,product_id}', '1', '... and has his searches with their clicks');
SELECT is(pg_temp.http_as('user 2', 'GET', 'SELECT api.me() AS me') #> '{rows,0,me,searches}', '[]', '... which others have not');
SELECT is((pg_temp.answer('user 1', 'api.erase_me()')::jsonb) ->> 'searches', '2', 'erased');
SELECT results_eq('SELECT search_id FROM shop.searches', 'VALUES (2::bigint)', '... and nobody else');

SELECT * FROM finish();
ROLLBACK;
