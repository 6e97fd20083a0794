-- Who may do what: every function and relation of the extension and of the shop has a row here, found missing otherwise.
\ir ../fixture/start.psql
SELECT plan(8);

SELECT shopsmart_setup_search_log() \g /dev/null
CREATE ROLE regress_shopsmart_none;
CREATE ROLE regress_shopsmart_read;
CREATE ROLE regress_shopsmart_write;
CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_read', 'read'), shopsmart_grant('regress_shopsmart_write', 'write'), shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null

-- Rights by kind of role: X execute, r select, a insert, w update, d delete, U usage; anything else nobody has.
CREATE TEMPORARY TABLE matrix (object text, by_none text, by_read text, by_write text, by_admin text);
INSERT INTO matrix VALUES
    ('shopsmart_recommend',          '', 'X', 'X', 'X'),
    ('shopsmart_next',               '', 'X', 'X', 'X'),
    ('shopsmart_similar',            '', 'X', 'X', 'X'),
    ('shopsmart_bought_together',    '', 'X', 'X', 'X'),
    ('shopsmart_trending',           '', 'X', 'X', 'X'),
    ('shopsmart_explain',            '', 'X', 'X', 'X'),
    ('shopsmart_progress',           '', 'X', 'X', 'X'),
    ('shopsmart.product_exists',     '', 'X', 'X', 'X'),
    ('shopsmart_user',               '', 'X', 'X', 'X'),
    ('shopsmart_similar_to',         '', 'X', 'X', 'X'),
    ('shopsmart_cart',               '', 'X', 'X', 'X'),
    ('shopsmart_trend',              '', 'X', 'X', 'X'),
    ('shopsmart_rank',               '', 'X', 'X', 'X'),
    ('shopsmart_seen',               '', 'X', 'X', 'X'),
    ('shopsmart_last_scan',          '', 'X', 'X', 'X'),
    ('shopsmart_last_sources',       '', 'X', 'X', 'X'),
    ('shopsmart_cache_stats',        '', '',  '',  'X'),
    ('shopsmart_cache_reset',        '', '',  '',  'X'),
    ('shopsmart_cache_warm',         '', '',  '',  'X'),
    ('shopsmart_search',             '', 'X', 'X', 'X'),
    ('shopsmart_parse_query',        '', 'X', 'X', 'X'),
    ('shopsmart_did_you_mean',       '', 'X', 'X', 'X'),
    ('shopsmart_suggest',            '', 'X', 'X', 'X'),
    ('shopsmart_facets',             '', 'X', 'X', 'X'),
    ('shopsmart_track',              '', '',  'X', 'X'),
    ('shopsmart.make_user',          '', '',  'X', 'X'),
    ('shopsmart_setup_search_log',   '', '',  '',  ''),
    ('shopsmart_drop_search_log',    '', '',  '',  ''),
    ('shopsmart_log_search',         '', '',  'X', 'X'),
    ('shopsmart_log_click',          '', '',  'X', 'X'),
    ('shopsmart.attached_search_log', '', '', 'X', 'X'),
    ('shopsmart.normalized_query',   '', '',  'X', 'X'),
    ('shopsmart.grant_search_log',   '', '',  '',  ''),
    ('shopsmart.suggest_queries',    '', '',  '',  'X'),
    ('shopsmart_rebuild_similarity', '', '',  '',  'X'),
    ('shopsmart_rebuild_sessions',   '', '',  '',  'X'),
    ('shopsmart_refresh_trending',   '', '',  '',  'X'),
    ('shopsmart_rebuild_search',     '', '',  '',  'X'),
    ('shopsmart_setup_search',       '', '',  '',  ''),
    ('shopsmart.note_product_text',  '', '',  '',  ''),
    ('shopsmart.note_category_name', '', '',  '',  ''),
    ('shopsmart_evaluate',           '', '',  '',  'X'),
    ('shopsmart_train',              '', '',  '',  'X'),
    ('shopsmart_drop_model',         '', '',  '',  'X'),
    ('shopsmart_autotune',           '', '',  '',  'X'),
    ('shopsmart.tunable_parameters', '', '',  '',  'X'),
    ('shopsmart.tuning_name',        '', '',  '',  'X'),
    ('shopsmart.tuning_steps',       '', '',  '',  'X'),
    ('shopsmart.tuning_readings',    '', '',  '',  'X'),
    ('shopsmart.judged_definitions', '', '',  '',  'X'),
    ('shopsmart.tuning_blends',      '', '',  '',  'X'),
    ('shopsmart.newest_days',        '', '',  '',  'X'),
    ('shopsmart.default_model',      '', '',  '',  'X'),
    ('shopsmart_setup',              '', '',  '',  ''),
    ('shopsmart_add_partitions',     '', '',  '',  'X'),
    ('shopsmart_grant',              '', '',  '',  ''),
    ('shopsmart.require_columns',    '', '',  '',  ''),
    ('shopsmart.attached_shop',      '', '',  'X', 'X'),
    ('shopsmart.lock_for_attach',    '', '',  '',  'X'),
    ('shopsmart.event_ranges',       '', '',  '',  'X'),
    ('shopsmart.retire_default_partition', '', '', '', 'X'),
    ('shopsmart_run_job',             '', '',  '',  'X'),
    ('shopsmart.shipped_jobs',        '', '',  '',  'X'),
    ('shopsmart.all_jobs',            '', '',  '',  'X'),
    ('shopsmart.all_job_stats',       '', '',  '',  'X'),
    ('shopsmart.call_job',            '', '',  '',  'X'),
    ('shopsmart.begin_run',           '', '',  '',  'X'),
    ('shopsmart.perform_run',         '', '',  '',  'X'),
    ('shopsmart.weigh_events',        '', '',  '',  'X'),
    ('shopsmart.pays_to_build',       '', '',  '',  'X'),
    ('shopsmart.job_trending',        '', '',  '',  'X'),
    ('shopsmart.job_similarity',      '', '',  '',  'X'),
    ('shopsmart.job_partitions',      '', '',  '',  'X'),
    ('shopsmart.search_figures',      '', '',  '',  'X'),
    ('shopsmart.job_search',          '', '',  '',  'X'),
    ('shopsmart.job_search_log',      '', '',  '',  'X'),
    ('shopsmart.job_retention',       '', '',  '',  'X'),
    ('shopsmart.job_history',         '', '',  '',  'X'),
    ('shopsmart_schedule_with_pg_cron',     '', '', '', ''),
    ('shopsmart_unschedule_from_pg_cron',   '', '', '', ''),
    ('shopsmart_status',             '', '',  '',  'X'),
    ('shopsmart_export_user',        '', '',  '',  'X'),
    ('shopsmart_erase_user',         '', '',  '',  'X'),
    ('shopsmart.library_state',      '', '',  '',  'X'),
    ('shopsmart.redis_state',        '', '',  '',  'X'),
    ('shopsmart_ping_redis',         '', '',  '',  'X'),
    ('shopsmart_unpublish_user',     '', '',  'X', 'X'),
    ('shopsmart.redis_status',       '', '',  '',  'r'),
    ('shopsmart.shop_figures',       '', '',  '',  'X'),
    ('shopsmart.erasures',           '', '',  '',  'ar'),
    ('shopsmart_setup_api', '', '', '', ''),
    ('shopsmart.api_script', '', '', '', ''),
    ('shopsmart.api_rights', '', '', '', ''),
    ('shopsmart.api_roles', '', '', '', ''),
    ('shopsmart.make_api_roles', '', '', '', ''),
    ('shopsmart.protect_users', '', '', '', ''),
    ('shopsmart.grant_api', '', '', '', ''),
    ('shopsmart.raise_for_http', '', '', '', ''),
    ('shopsmart.calling_role', '', '', '', ''),
    ('shopsmart.begin_request', '', '', '', ''),
    ('shopsmart_pre_request', '', '', '', ''),
    ('shopsmart.sign_token', '', '', '', ''),
    ('shopsmart.verified_claims', '', '', '', ''),
    ('shopsmart.anonymous_claims', '', '', '', ''),
    ('shopsmart.anonymous_user', '', '', '', ''),
    ('shopsmart.merge_users', '', '', '', ''),
    ('shopsmart.personal_request', '', '', '', ''),
    ('shopsmart.require_product', '', '', '', ''),
    ('shopsmart.require_service_for', '', '', '', ''),
    ('shopsmart.check_batch', '', '', '', ''),
    ('shopsmart_alter_job',           '', '',  '',  ''),
    ('shopsmart_add_job',             '', '',  '',  ''),
    ('shopsmart_drop_job',            '', '',  '',  ''),
    ('shopsmart.check_job_settings',  '', '',  '',  ''),
    ('shopsmart.start_due_run',       '', '',  '',  ''),
    ('shopsmart.job_settings',        '', '',  '',  'r'),
    ('shopsmart.job_runs',            '', '',  '',  'adrw'),
    ('shopsmart.jobs',                '', '',  '',  'r'),
    ('shopsmart.job_stats',           '', '',  '',  'r'),
    ('shopsmart_ranking_in',         '', '',  '',  ''),
    ('shopsmart_ranking_out',        '', '',  '',  ''),
    ('shopsmart_order_handler',      '', '',  '',  ''),
    ('shopsmart.shop',               '', 'r', 'r', 'r'),
    ('shopsmart.search_log',         '', '',  'r', 'r'),
    ('shopsmart.generations',        '', 'r', 'r', 'adrw'),
    ('shopsmart.neighbors',          '', 'r', 'r', 'adrw'),
    ('shopsmart.ranked_lists',       '', 'r', 'r', 'adrw'),
    ('shopsmart.session_lists',      '', 'r', 'r', 'adrw'),
    ('shopsmart.search_indexes',     '', 'r', 'r', 'adr'),
    ('shopsmart.search_postings',    '', 'r', 'r', 'adr'),
    ('shopsmart.search_documents',   '', 'r', 'r', 'adr'),
    ('shopsmart.search_words',       '', 'r', 'r', 'adr'),
    ('shopsmart.search_names',       '', 'r', 'r', 'adr'),
    ('shopsmart.search_phrases',     '', 'r', 'r', 'adr'),
    ('shopsmart.search_changes',     '', 'r', 'r', 'adr'),
    ('shopsmart.suggested_queries',  '', 'r', 'r', 'adr'),
    ('shopsmart.search_change_seq',  '', '',  '',  ''),
    ('shopsmart.generation_seq',     '', '',  '',  'U'),
    ('shopsmart.models',             '', '',  '',  'adrw'),
    ('shopsmart.model_definitions',  '', '',  '',  'adrw'),
    ('shopsmart.trained_models',     '', 'r', 'r', 'adrw'),
    ('shopsmart.evaluation_run_seq', '', '',  '',  'U'),
    ('shopsmart.evaluation_runs',    '', '',  '',  'adr'),
    ('shopsmart.evaluation_metrics', '', '',  '',  'adr'),
    ('shopsmart.item_similarity',    '', 'r', 'r', 'r'),
    ('shopsmart.basket_affinity',    '', 'r', 'r', 'r'),
    ('shopsmart.trending_scores',    '', 'r', 'r', 'r'),
    ('shopsmart.progress',           '', 'r', 'r', 'r'),
    ('shop.categories',              '', 'r', 'r', 'r'),
    ('shop.products',                '', 'r', 'r', 'r'),
    ('shop.users',                   '', 'r', 'ar', 'adr'),
    ('shop.event_types',             '', 'r', 'r', 'r'),
    ('shop.events',                  '', 'r', 'ar', 'adr'),
    ('shop.event_keys',              '', '',  'ar', 'adr'),
    ('shop.searches',                '', '',  'a', 'adr'),
    ('shop.search_clicks',           '', '',  'a', 'adr'),
    ('shop.popular_searches',        '', '',  '',  'r'),
    ('shop.searches_without_results', '', '', '',  'r'),
    ('shop.search_clicks_by_rank',   '', '',  '',  'r');

-- What is there: members of the extension, and the shop's tables. Partitions and identity sequences have no rights of their own.
CREATE TEMPORARY TABLE object AS
WITH member AS (
    SELECT d.classid, d.objid FROM pg_depend d JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid
    WHERE e.extname = 'shopsmart' AND d.deptype = 'e'
)
SELECT 'function' AS kind, p.oid, CASE WHEN n.nspname = 'shopsmart' THEN 'shopsmart.' ELSE '' END || p.proname AS object
FROM member m JOIN pg_proc p ON m.classid = 'pg_proc'::regclass AND p.oid = m.objid JOIN pg_namespace n ON n.oid = p.pronamespace
UNION ALL
SELECT CASE c.relkind WHEN 'S' THEN 'sequence' ELSE 'relation' END, c.oid, n.nspname || '.' || c.relname
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE n.nspname IN ('shopsmart', 'shop') AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S') AND NOT c.relispartition
  AND NOT (c.relkind = 'S' AND EXISTS (SELECT FROM pg_depend i WHERE i.classid = 'pg_class'::regclass AND i.objid = c.oid AND i.deptype = 'i'));

CREATE FUNCTION pg_temp.rights(role name, kind text, object oid) RETURNS text LANGUAGE sql
RETURN (
    SELECT coalesce(string_agg(p.letter, '' ORDER BY p.letter COLLATE "C"), '')
    FROM (VALUES ('function', 'X', 'EXECUTE'), ('sequence', 'U', 'USAGE'), ('sequence', 'r', 'SELECT'), ('sequence', 'w', 'UPDATE'),
                 ('relation', 'r', 'SELECT'), ('relation', 'a', 'INSERT'), ('relation', 'w', 'UPDATE'), ('relation', 'd', 'DELETE'),
                 ('relation', 'D', 'TRUNCATE'), ('relation', 'x', 'REFERENCES'), ('relation', 't', 'TRIGGER')) AS p(of_kind, letter, privilege)
    -- CASE alone keeps the kind before the right: each function raises an error for a right that its objects cannot have.
    WHERE CASE
        WHEN p.of_kind <> rights.kind THEN false
        WHEN p.of_kind = 'function' THEN has_function_privilege(rights.role, rights.object, p.privilege)
        WHEN p.of_kind = 'sequence' THEN has_sequence_privilege(rights.role, rights.object, p.privilege)
        ELSE has_table_privilege(rights.role, rights.object, p.privilege) END);

SELECT set_eq('SELECT object FROM object', 'SELECT object FROM matrix', 'every object has a row, every row an object');
SELECT is_empty($$SELECT object, actual, by_none   FROM (SELECT *, pg_temp.rights('regress_shopsmart_none', kind, oid) AS actual FROM object) AS o JOIN matrix USING (object) WHERE actual <> by_none$$, 'rights of a role that was granted nothing');
SELECT is_empty($$SELECT object, actual, by_read   FROM (SELECT *, pg_temp.rights('regress_shopsmart_read', kind, oid) AS actual FROM object) AS o JOIN matrix USING (object) WHERE actual <> by_read$$, 'rights with access read');
SELECT is_empty($$SELECT object, actual, by_write  FROM (SELECT *, pg_temp.rights('regress_shopsmart_write', kind, oid) AS actual FROM object) AS o JOIN matrix USING (object) WHERE actual <> by_write$$, 'rights with access write');
SELECT is_empty($$SELECT object, actual, by_admin  FROM (SELECT *, pg_temp.rights('regress_shopsmart_admin', kind, oid) AS actual FROM object) AS o JOIN matrix USING (object) WHERE actual <> by_admin$$, 'rights with access admin');
SELECT is_empty($$SELECT r, s FROM unnest('{regress_shopsmart_none,regress_shopsmart_read,regress_shopsmart_write,regress_shopsmart_admin}'::name[]) AS r, unnest('{shop,shopsmart}'::text[]) AS s
                  WHERE has_schema_privilege(r, s, 'CREATE') OR has_schema_privilege(r, s, 'USAGE') <> (r <> 'regress_shopsmart_none')$$, 'schemas: to use, never to create in');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace IN ('shop'::regnamespace, 'shopsmart'::regnamespace) AND (a.grantee = 0 OR a.is_grantable AND a.grantee <> c.relowner)$$,
                'nothing for PUBLIC, nothing to pass on');
SELECT is_empty($$SELECT c.oid::regclass FROM pg_class c, aclexplode(c.relacl) a WHERE c.relispartition AND c.relnamespace = 'shop'::regnamespace AND a.grantee <> c.relowner$$, 'partitions are reached through their parent only');

SELECT * FROM finish();
ROLLBACK;
