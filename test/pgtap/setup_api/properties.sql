-- What shopsmart_setup_api makes: the same every time, documented whole, owned by a role that can do nothing else.
\ir ../fixture/start.psql
SELECT shopsmart_setup_api() \g /dev/null
SELECT plan(16);

CREATE FUNCTION pg_temp.made() RETURNS TABLE (object text, definition text, rights text, comment text) LANGUAGE sql AS $$
    SELECT p.oid::regprocedure::text, pg_get_functiondef(p.oid), p.proacl::text, obj_description(p.oid, 'pg_proc') FROM pg_proc p WHERE p.pronamespace = 'api'::regnamespace
    UNION ALL SELECT c.oid::regclass::text, pg_get_viewdef(c.oid), c.relacl::text, obj_description(c.oid, 'pg_class') FROM pg_class c WHERE c.relnamespace = 'api'::regnamespace AND c.relkind = 'v'
    UNION ALL SELECT t.oid::regtype::text, NULL, NULL, obj_description(t.oid, 'pg_type') FROM pg_type t WHERE t.typnamespace = 'api'::regnamespace AND t.typtype = 'c'
    UNION ALL SELECT p.polrelid::regclass || ' ' || p.polname, pg_get_expr(p.polqual, p.polrelid), p.polroles::text, NULL FROM pg_policy p
    UNION ALL SELECT r.rolname, r.rolconfig::text, concat(r.rolsuper, r.rolinherit, r.rolcanlogin, r.rolbypassrls), NULL FROM pg_roles r
    UNION ALL SELECT c.oid::regclass::text, c.relrowsecurity::text, c.relacl::text, NULL FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace
$$;
CREATE TEMPORARY TABLE before AS SELECT * FROM pg_temp.made();
SELECT cmp_ok((SELECT count(*) FROM before), '>', 30::bigint, 'a lot is made');
SELECT lives_ok('SELECT shopsmart_setup_api()', 'again');
SELECT set_eq('SELECT * FROM pg_temp.made()', 'TABLE before', '... changes nothing');

SELECT set_eq($$SELECT nspowner::regrole::text FROM pg_namespace WHERE nspname = 'api'$$, ARRAY['shop_api'], 'the schema belongs to shop_api');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND proowner <> 'shop_api'::regrole$$, '... with its functions');
SELECT is_empty($$SELECT oid::regclass FROM pg_class WHERE relnamespace = 'api'::regnamespace AND relowner <> 'shop_api'::regrole$$, '... its views and types');
SELECT is_empty($$SELECT oid::regclass FROM pg_class WHERE relnamespace = 'api'::regnamespace AND relkind NOT IN ('v', 'c')$$, 'no tables in it');
SELECT is_empty($$SELECT oid::regclass FROM pg_class WHERE relnamespace = 'api'::regnamespace AND relkind = 'v' AND NOT 'security_barrier=true' = ANY (coalesce(reloptions, '{}'))$$, 'views hide their rows behind a barrier');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (proconfig), false)$$, 'functions pin their search_path');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND prosecdef AND NOT coalesce('shop_api.acting_for=' = ANY (proconfig), false)$$, 'with the rights of shop_api they begin by acting for nobody');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND (proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) a WHERE a.grantee = 0))$$, 'PUBLIC may run nothing');
SELECT is_empty($$SELECT p.oid::regprocedure, t.type FROM pg_proc p, unnest(p.proargtypes::oid[]) AS t(type)
                  WHERE p.pronamespace = 'api'::regnamespace AND t.type::regtype::text IN ('regclass', 'regproc', 'regprocedure', 'name', 'oid')$$, 'no argument is an identifier');
SELECT is_empty($$SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'api'::regnamespace AND NOT coalesce(obj_description(oid, 'pg_proc') LIKE E'%\n%', false)$$, 'each function has a title and a description');
SELECT is_empty($$SELECT p.oid::regprocedure, a.name FROM pg_proc p CROSS JOIN unnest(p.proargnames[1 : p.pronargs]) AS a(name)
                  WHERE p.pronamespace = 'api'::regnamespace AND NOT obj_description(p.oid, 'pg_proc') ~ ('\n- ([a-z_]+, )*' || a.name || '\M')$$, '... which tells of each argument');
SELECT is_empty($$SELECT c.oid::regclass, a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0
                  WHERE c.relnamespace = 'api'::regnamespace AND c.relkind = 'v' AND col_description(c.oid, a.attnum) IS NULL$$, 'and each column of a view has a comment');
SELECT is_empty($$SELECT r.rolname FROM pg_roles r WHERE r.rolname IN ('web_anon', 'shop_user') AND NOT coalesce(r.rolconfig::text ~ 'statement_timeout=[15]s', false)$$, 'the web''s roles have short timeouts');

SELECT * FROM finish();
ROLLBACK;
