-- An audit of the catalogue: what every object of the extension must be, whoever adds one.
\ir ../fixture/start.psql
SELECT plan(21);

CREATE TEMPORARY VIEW member AS
SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
WHERE e.extname = 'shopsmart' AND d.deptype = 'e';
CREATE TEMPORARY VIEW routine AS SELECT p.* FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid;
CREATE TEMPORARY VIEW relation AS SELECT c.* FROM member m JOIN pg_class c ON m.classid = 'pg_class'::regclass AND c.oid = m.objid;

SELECT cmp_ok((SELECT count(*) FROM routine), '>=', 14::bigint, 'the functions are found');
SELECT cmp_ok((SELECT count(*) FROM relation), '>=', 9::bigint, 'the relations are found');
SELECT is_empty('SELECT oid::regprocedure FROM routine WHERE prosecdef', 'no SECURITY DEFINER');
SELECT is_empty($$SELECT oid::regprocedure FROM routine WHERE proacl IS NULL OR EXISTS (SELECT FROM aclexplode(proacl) a WHERE a.grantee = 0)$$, 'PUBLIC may run nothing');
SELECT is_empty($$SELECT oid::regprocedure FROM routine WHERE EXISTS (SELECT FROM aclexplode(proacl) a WHERE a.grantee <> proowner)$$, 'nobody may, before it is granted');
SELECT is_empty($$SELECT oid::regclass FROM relation WHERE EXISTS (SELECT FROM aclexplode(relacl) a WHERE a.grantee <> relowner)$$, 'nobody has a right on a relation, before it is granted');
SELECT is_empty($$SELECT nspname FROM pg_namespace WHERE nspname IN ('shopsmart', 'shop') AND EXISTS (SELECT FROM aclexplode(nspacl) a WHERE a.grantee <> nspowner)$$, 'nor on a schema');
SELECT is_empty($$SELECT p.oid::regprocedure FROM routine p JOIN pg_language l ON l.oid = p.prolang
                  WHERE l.lanname NOT IN ('c') AND p.prosqlbody IS NULL AND NOT coalesce('search_path=pg_catalog, pg_temp' = ANY (p.proconfig), false)$$, 'SQL and PL/pgSQL functions pin their search_path or are bound when created');
SELECT is_empty($$SELECT oid::regprocedure FROM routine WHERE 'internal'::regtype = ANY (proargtypes::oid[]) AND prorettype <> 'index_am_handler'::regtype OR prorettype = 'internal'::regtype$$,
                'no internal arguments, but for the handler that no query can call');
SELECT is_empty($$SELECT p.oid::regprocedure FROM routine p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE (n.nspname <> 'shopsmart') <> (p.proname LIKE 'shopsmart\_%')$$, 'public functions are called shopsmart_..., the others live in schema shopsmart');
SELECT is_empty($$SELECT oid::regclass FROM relation WHERE relnamespace <> 'shopsmart'::regnamespace$$, 'relations live in schema shopsmart');
SELECT is_empty($$SELECT oid::regclass FROM relation WHERE relkind = 'v' AND NOT coalesce('security_invoker=true' = ANY (reloptions), false)$$, 'views run with the rights of their caller');
SELECT is_empty($$SELECT oid::regclass FROM relation c WHERE relkind IN ('r', 'p') AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)$$, 'every table has a primary key');
SELECT is_empty($$SELECT oid::regclass FROM relation WHERE relpersistence <> 'p'$$, 'every table is logged');
SELECT is_empty($$SELECT c.oid::regclass, t.tgname FROM relation c JOIN pg_trigger t ON t.tgrelid = c.oid$$, 'no triggers');
SELECT is_empty($$SELECT pg_describe_object(classid, objid, 0) FROM member
                  WHERE classid IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_operator'::regclass, 'pg_opclass'::regclass, 'pg_am'::regclass)
                        AND coalesce(length(obj_description(objid, classid::regclass::name)), 0) < 20
                     OR classid = 'pg_type'::regclass AND EXISTS (SELECT FROM pg_type t WHERE t.oid = objid AND t.typtype = 'b' AND t.typelem = 0) AND coalesce(length(obj_description(objid, 'pg_type')), 0) < 20
                     OR classid = 'pg_namespace'::regclass AND coalesce(length(obj_description(objid, 'pg_namespace')), 0) < 20$$, 'everything has a comment');
SELECT set_eq($$SELECT pg_describe_object(classid, objid, 0) FROM member WHERE classid NOT IN ('pg_proc'::regclass, 'pg_class'::regclass, 'pg_namespace'::regclass)
                  AND classid <> 'pg_type'::regclass AND classid <> 'pg_rewrite'::regclass$$,
              ARRAY['operator <~>(bigint,shopsmart_ranking)', 'access method shopsmart', 'operator class shopsmart_order_ops for access method shopsmart', 'operator family shopsmart_order_ops for access method shopsmart'],
              'nothing but functions, relations, the schema and what an order of rows needs');
SELECT set_eq($$SELECT t.typname::text FROM member JOIN pg_type t ON classid = 'pg_type'::regclass AND t.oid = objid WHERE t.typtype = 'b' AND t.typelem = 0$$, ARRAY['shopsmart_ranking'], 'one type of its own');
SELECT results_eq($$SELECT unnest(extconfig)::regclass::text FROM pg_extension WHERE extname = 'shopsmart'$$, ARRAY['shopsmart.shop', 'shopsmart.model_definitions', 'shopsmart.job_settings', 'shopsmart.erasures', 'shopsmart.search_log'], 'only the books of the shop''s tables and its search log, its named models, what was altered of jobs and the proof of erasures are dumped');
SELECT is((SELECT extrelocatable FROM pg_extension WHERE extname = 'shopsmart'), false, 'not relocatable');
SELECT results_eq($$SELECT superuser, trusted FROM pg_available_extension_versions WHERE name = 'shopsmart' AND installed$$, $$VALUES (true, false)$$, 'installed by superusers only');

SELECT * FROM finish();
ROLLBACK;
