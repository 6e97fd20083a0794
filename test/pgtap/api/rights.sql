-- Who may do what over HTTP: a row for every object in the schema and for every role; anything else is found and fails.
\ir ../fixture/start.psql
SELECT shopsmart_setup_api() \g /dev/null
SELECT plan(12);

-- X execute, r select.
CREATE TEMPORARY TABLE matrix (object text, web_anon text, shop_user text, shop_service text, shop_admin text);
INSERT INTO matrix VALUES
    ('products',         'r', 'r', 'r', 'r'),
    ('categories',       'r', 'r', 'r', 'r'),
    ('similar_products', 'X', 'X', 'X', 'X'),
    ('bought_together',  'X', 'X', 'X', 'X'),
    ('trending',         'X', 'X', 'X', 'X'),
    ('search',           'X', 'X', 'X', 'X'),
    ('suggest',          'X', 'X', 'X', 'X'),
    ('facets',           'X', 'X', 'X', 'X'),
    ('recommendations',  '',  'X', 'X', ''),
    ('explain',          '',  'X', 'X', ''),
    ('track_event',      '',  'X', 'X', ''),
    ('track_events',     '',  'X', 'X', ''),
    ('log_search',       '',  'X', 'X', ''),
    ('log_click',        '',  'X', 'X', ''),
    ('anonymous_token',  'X', 'X', '',  ''),
    ('merge',            '',  'X', '',  ''),
    ('me',               '',  'X', '',  ''),
    ('erase_me',         '',  'X', '',  ''),
    ('export_user',      '',  '',  '',  'X'),
    ('erase_user',       '',  '',  '',  'X'),
    ('run_job',          '',  '',  '',  'X'),
    ('jobs',             '',  '',  '',  'X'),
    ('status',           '',  '',  '',  'X'),
    ('evaluations',      '',  '',  '',  'X');
CREATE TEMPORARY TABLE object AS
SELECT p.proname::text AS object, 'X' AS letter, role, has_function_privilege(role, p.oid, 'EXECUTE') AS may
FROM pg_proc p CROSS JOIN unnest('{web_anon,shop_user,shop_service,shop_admin,authenticator,staff_authenticator}'::name[]) AS role WHERE p.pronamespace = 'api'::regnamespace
UNION ALL
SELECT c.relname, right_to.letter, role, has_table_privilege(role, c.oid, right_to.privilege)
FROM pg_class c CROSS JOIN unnest('{web_anon,shop_user,shop_service,shop_admin,authenticator,staff_authenticator}'::name[]) AS role
CROSS JOIN (VALUES ('r', 'SELECT'), ('a', 'INSERT'), ('w', 'UPDATE'), ('d', 'DELETE'), ('D', 'TRUNCATE'), ('x', 'REFERENCES'), ('t', 'TRIGGER')) AS right_to(letter, privilege)
WHERE c.relnamespace = 'api'::regnamespace AND c.relkind = 'v';
CREATE FUNCTION pg_temp.rights(role name) RETURNS TABLE (object text, rights text) LANGUAGE sql AS $$
    SELECT o.object, coalesce(string_agg(o.letter, '' ORDER BY o.letter) FILTER (WHERE o.may), '') FROM object o WHERE o.role = rights.role GROUP BY o.object
$$;
SELECT set_eq('SELECT * FROM pg_temp.rights(''web_anon'')', 'SELECT object, web_anon FROM matrix', 'without a token');
SELECT set_eq('SELECT * FROM pg_temp.rights(''shop_user'')', 'SELECT object, shop_user FROM matrix', 'a shopper');
SELECT set_eq('SELECT * FROM pg_temp.rights(''shop_service'')', 'SELECT object, shop_service FROM matrix', 'a service');
SELECT set_eq('SELECT * FROM pg_temp.rights(''shop_admin'')', 'SELECT object, shop_admin FROM matrix', 'an administrator');
SELECT is_empty('SELECT * FROM object WHERE role LIKE ''%authenticator'' AND may', 'the logins may do nothing by themselves');
SELECT is_empty($$SELECT nspname, role FROM pg_namespace, unnest('{web_anon,shop_user,shop_service,shop_admin,shop_api}'::name[]) AS role
                  WHERE nspname IN ('api', 'shop', 'shopsmart') AND has_schema_privilege(role, oid, 'CREATE') AND (nspname, role) <> ('api', 'shop_api')$$, 'nobody adds anything');

-- Nothing behind the API is open to the web.
SELECT is_empty($$SELECT c.oid::regclass, role FROM pg_class c, unnest('{web_anon,shop_user,authenticator,staff_authenticator}'::name[]) AS role
                  WHERE c.relnamespace IN ('shop'::regnamespace, 'shopsmart'::regnamespace) AND c.relkind IN ('r', 'p', 'v')
                    AND (has_table_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE') OR has_any_column_privilege(role, c.oid, 'SELECT, INSERT, UPDATE'))$$, 'the web reads no table');
SELECT set_eq($$SELECT p.proname::text || ' ' || role FROM pg_proc p, unnest('{web_anon,shop_user,authenticator,staff_authenticator}'::name[]) AS role
                  WHERE (p.pronamespace = 'shopsmart'::regnamespace OR p.proname LIKE 'shopsmart\_%') AND has_function_privilege(role, p.oid, 'EXECUTE')$$, ARRAY['shopsmart_pre_request web_anon', 'shopsmart_pre_request shop_user'], '... and calls nothing but the API and what counts requests');
SELECT is_empty($$SELECT name FROM pg_settings WHERE name LIKE 'shopsmart.%' AND has_parameter_privilege('web_anon', name, 'SET') AND context <> 'user'$$, 'no right on settings');

-- Logins.
SELECT set_eq($$SELECT r.rolname FROM pg_roles r WHERE pg_has_role('authenticator', r.oid, 'MEMBER')$$, ARRAY['authenticator', 'web_anon', 'shop_user']::name[], 'the public login becomes a visitor or a shopper');
SELECT set_eq($$SELECT r.rolname FROM pg_roles r WHERE pg_has_role('staff_authenticator', r.oid, 'MEMBER')$$, ARRAY['staff_authenticator', 'web_anon', 'shop_service', 'shop_admin']::name[], 'the login of the shop''s servers a service or an administrator');
SELECT is_empty($$SELECT rolname FROM pg_roles WHERE rolname IN ('web_anon', 'shop_user', 'shop_service', 'shop_api', 'authenticator', 'staff_authenticator')
                  AND (rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb OR rolreplication)$$, 'none of them stands above row security');

SELECT * FROM finish();
ROLLBACK;
