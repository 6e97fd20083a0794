-- A hostile schema first in search_path and temporary tables with the names of ours capture nothing.
-- Casts do not fit: one between built-in types belongs to the system, and nobody else can make it.
\ir ../fixture/random_shop.psql

-- Same-named functions, operators and tables; each function raises when it runs.
CREATE SCHEMA hostile;
DO $$
DECLARE
    f record;
BEGIN
    -- Every function that one of ours could mean without a schema, with the same arguments.
    FOR f IN
        SELECT DISTINCT p.proname, pg_get_function_identity_arguments(p.oid) AS arguments, format_type(p.prorettype, NULL) AS result
        FROM pg_proc p
        WHERE p.prokind = 'f' AND NOT p.proretset AND p.provariadic = 0
          AND (p.pronamespace = 'pg_catalog'::regnamespace
               AND p.proname IN ('now', 'date_trunc', 'to_char', 'to_regclass', 'to_regnamespace', 'quote_ident', 'quote_literal', 'isfinite', 'format', 'format_type',
                                 'pg_advisory_xact_lock', 'pg_try_advisory_xact_lock', 'set_config', 'current_setting', 'cardinality', 'array_append', 'array_cat', 'array_remove',
                                 'nextval', 'coalesce', 'hashint8', 'power', 'to_jsonb', 'pg_get_expr', 'pg_get_userbyid', 'to_regprocedure', 'clock_timestamp', 'pg_has_role', 'pg_try_advisory_lock', 'jsonb_typeof', 'jsonb_strip_nulls', 'timezone', 'text', 'int8', 'float8', 'sum', 'pg_sleep', 'extract', 'date_part', 'unnest', 'hashtext', 'json_build_array', 'jsonb_build_object', 'gen_random_uuid', 'floor', 'max', 'to_jsonb', 'json_build_object', 'jsonb_array_length', 'jsonb_path_exists', 'octet_length', 'char_length', 'replace', 'position', 'string_agg')
               OR p.pronamespace IN ('public'::regnamespace, 'shopsmart'::regnamespace) AND p.proname ~ '^(shopsmart_|product_exists|require_columns|attached_shop|lock_for|event_ranges|retire_default|all_job|call_job|begin_run|perform_run|start_due|weigh_events|pays_to|job_|check_job|api_|make_api|protect_users|grant_api|raise_for|calling_role|begin_request|sign_token|verified_claims|anonymous_|make_user|merge_users|attached_search_log|grant_search_log|normalized_query|suggest_queries|personal_request|require_product|require_service|check_batch)')
          AND NOT p.proargtypes::oid[] && '{internal,cstring}'::regtype[]::oid[] AND p.prorettype <> 'cstring'::regtype
          AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[]) AS a WHERE a::regtype::text LIKE 'any%') AND p.prorettype::regtype::text NOT LIKE 'any%'
    LOOP
        EXECUTE format('CREATE FUNCTION hostile.%I(%s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION ''captured by hostile.%s''; END $f$',
                       f.proname, f.arguments, f.result, f.proname);
    END LOOP;
    -- Every operator of the types that we compare and add.
    FOR f IN
        SELECT o.oprname, o.oprleft::regtype AS left_type, o.oprright::regtype AS right_type, o.oprresult::regtype AS result, o.oid
        FROM pg_operator o
        WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprleft <> 0 AND o.oprname IN ('=', '<>', '<', '<=', '>', '>=', '+', '-', '*', '/', '||', '@>', '%')
          AND o.oprleft IN ('bigint'::regtype, 'integer'::regtype, 'text'::regtype, 'name'::regtype, 'oid'::regtype, 'boolean'::regtype, 'date'::regtype, 'timestamptz'::regtype, 'timestamp'::regtype,
                            'interval'::regtype, 'numeric'::regtype, 'double precision'::regtype, 'jsonb'::regtype, '"char"'::regtype, 'text[]'::regtype)
          AND o.oprright::regtype::text NOT LIKE 'any%'
    LOOP
        EXECUTE format('CREATE FUNCTION hostile.operator_%s(%s, %s) RETURNS %s LANGUAGE plpgsql AS $f$ BEGIN RAISE EXCEPTION ''captured by hostile operator''; END $f$',
                       f.oid, f.left_type, f.right_type, f.result);
        EXECUTE format('CREATE OPERATOR hostile.%s (LEFTARG = %s, RIGHTARG = %s, FUNCTION = hostile.operator_%s)', f.oprname, f.left_type, f.right_type, f.oid);
    END LOOP;
END
$$;
SELECT format('CREATE TABLE hostile.%1$I (trap integer); CREATE TEMPORARY TABLE %1$I (trap integer);', c.relname)
FROM pg_class c WHERE c.relnamespace IN ('shop'::regnamespace, 'shopsmart'::regnamespace) AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
ORDER BY 1
\gexec
SET LOCAL client_min_messages = warning;

-- Runs one statement with the hostile schema before pg_catalog; statements name all they mean, so that only ours can be captured.
CREATE FUNCTION pg_temp.under_attack(statement text) RETURNS text LANGUAGE plpgsql SET search_path = hostile, pg_temp, pg_catalog, public AS $$
BEGIN
    EXECUTE statement;
    RETURN 'untouched';
EXCEPTION WHEN OTHERS THEN
    RETURN SQLERRM;
END
$$;
CREATE TEMPORARY TABLE call (statement text);
INSERT INTO call VALUES
    ($$SELECT public.shopsmart_setup('shop')$$),
    ($$SELECT public.shopsmart_setup()$$),
    ($$SELECT public.shopsmart_add_partitions('2020-01-01', '2020-03-01')$$),
    ($$SELECT public.shopsmart_add_partitions()$$),
    ($$SELECT public.shopsmart_grant('regress_shopsmart_victim', 'read')$$),
    ($$SELECT public.shopsmart_grant('regress_shopsmart_victim', 'admin')$$),
    ($$SELECT public.shopsmart_track('user 1', 1)$$),
    ($$SELECT public.shopsmart_track('somebody new', 1, 'purchase', 's', '{"a": 1}', '2026-06-30 12:00Z', 'key')$$),
    ($$SELECT public.shopsmart_track('somebody new', 1, 'purchase', 's', '{"a": 1}', '2026-06-30 12:00Z', 'key')$$),
    ($$SELECT public.shopsmart_rebuild_similarity()$$),
    ($$SELECT public.shopsmart_rebuild_similarity('90 days', '2026-06-30 12:00Z')$$),
    ($$SELECT public.shopsmart_rebuild_sessions('90 days', '2026-06-30 12:00Z')$$),
    ($$SELECT FROM public.shopsmart_next('user 1', 10, as_of => '2026-06-30 12:00Z')$$),
    ($$SELECT public.shopsmart_refresh_trending('2026-06-30 12:00Z')$$),
    ($$INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('own', 'bm25', '{"k1": 1}') ON CONFLICT DO NOTHING$$),
    ($$SELECT public.shopsmart_train('own', '90 days', '2026-06-30 12:00Z')$$),
    ($$SELECT * FROM public.shopsmart_recommend('user 1', as_of => '2026-06-30 12:00Z', model => 'own')$$),
    ($$SELECT * FROM public.shopsmart_similar(1, 100, model => 'own')$$),
    ($$SELECT * FROM public.shopsmart_explain('user 1', 2, '2026-06-30 12:00Z', 'own')$$),
    ($$SELECT * FROM shopsmart.models$$),
    ($$SELECT shopsmart.default_model()$$),
    ($$SELECT * FROM public.shopsmart_autotune('1 millisecond')$$),
    ($$SELECT shopsmart.tuning_steps('bm25', '{"k1": 1.2}')$$),
    ($$SELECT shopsmart.tuning_readings('bm25', '{"history_events": 7}')$$),
    ($$SELECT shopsmart.tunable_parameters()$$),
    ($$SELECT shopsmart.tuning_name('bm25', '{"k1": 1.2}')$$),
    ($$SELECT shopsmart.judged_definitions('{1}')$$),
    ($$SELECT shopsmart.tuning_blends('{1}')$$),
    ($$SELECT shopsmart.newest_days()$$),
    ($$SELECT public.shopsmart_drop_model('own')$$),
    ($$SELECT * FROM public.shopsmart_progress()$$),
    ($$SELECT * FROM public.shopsmart_recommend('user 1', as_of => '2026-06-30 12:00Z')$$),
    ($$SELECT * FROM public.shopsmart_recommend('user 40', 100, as_of => '2026-06-30 12:00Z', include_seen => true)$$),
    ($$SELECT * FROM public.shopsmart_recommend('nobody', 100, 1, '{"category": [1, 5], "brand": ["Acme", "Zen"], "price": {"gte": 1, "lt": 99}, "rating": {"gt": 0, "lte": 5}, "in_stock": true, "attributes": {"color": "red"}}', '{1,2}')$$),
    ($$SELECT * FROM public.shopsmart_recommend('nobody', 100, filter => '{"brand": "Acme", "in_stock": false}')$$),
    ($$SELECT * FROM public.shopsmart_similar(1, 100)$$),
    ($$SELECT * FROM public.shopsmart_similar(1, 100, '{"category": 1}')$$),
    ($$SELECT * FROM public.shopsmart_bought_together('{1,2,3}', 100, '{"price": {"gte": 1}}')$$),
    ($$SELECT * FROM public.shopsmart_trending(100, 1, '30d', '{"in_stock": true}')$$),
    ($$SELECT public.shopsmart_setup_search('pg_catalog.simple')$$),
    ($$SELECT * FROM public.shopsmart_similar(2, 100)$$),
    ($$SELECT * FROM public.shopsmart_search('prodcut 1', 10, '{"brand": "Acme"}')$$),
    ($$SELECT public.shopsmart_setup_search_log()$$),
    ($$SELECT public.shopsmart_log_search('Red prodcut', 3, 'corrected', 'user 1', '2026-06-30 12:00Z')$$),
    ($$SELECT public.shopsmart_log_click((SELECT max(search_id) FROM shop.searches), 1, 2, '2026-06-30 12:00Z')$$),
    ($$SELECT public.shopsmart_log_search('Product ' || i, 3, 'words', 'user ' || u) FROM pg_catalog.generate_series(1, 3) AS i, pg_catalog.generate_series(1, 5) AS u$$),
    ($$SELECT shopsmart.suggest_queries(2)$$),
    ($$SELECT * FROM public.shopsmart_suggest('produ', 8)$$),
    ($$SELECT * FROM shop.popular_searches$$),
    ($$SELECT * FROM shop.searches_without_results$$),
    ($$SELECT * FROM shop.search_clicks_by_rank$$),
    ($$SELECT public.shopsmart_run_job('search_log')$$),
    ($$SELECT public.shopsmart_parse_query('cheapest acme prodcut under 100 -red')$$),
    ($$SELECT * FROM public.shopsmart_search('acme red prodcut under 100 -blue', 10)$$),
    ($$SELECT * FROM public.shopsmart_search('product', 10, user_id => 'user 1')$$),
    ($$SELECT * FROM public.shopsmart_suggest('prodcut a')$$),
    ($$SELECT * FROM public.shopsmart_search('product', 10, '{"in_stock": true}', sort => 'rating')$$),
    ($$SELECT * FROM public.shopsmart_facets('product', '{"brand": "Acme", "attributes": {"color": "red"}}', '{brand,category,price,rating,attributes.color}')$$),
    ($$SELECT * FROM public.shopsmart_explain('user 1', 2, '2026-06-30 12:00Z')$$),
    ($$SELECT product_id FROM shop.products ORDER BY product_id OPERATOR(public.<~>) public.shopsmart_user('user 1', '2026-06-30 12:00Z')$$),
    ($$SELECT product_id FROM shop.products ORDER BY product_id OPERATOR(public.<~>) public.shopsmart_similar_to(1) LIMIT 5$$),
    ($$SELECT product_id FROM shop.products ORDER BY product_id OPERATOR(public.<~>) public.shopsmart_cart('{1,2}') LIMIT 5$$),
    ($$SELECT product_id FROM shop.products ORDER BY product_id OPERATOR(public.<~>) public.shopsmart_trend(1, '7d') LIMIT 5$$),
    ($$SELECT product_id FROM shop.products ORDER BY product_id OPERATOR(public.<~>) 'user(2026-06-30 12:00Z):user 2'::public.shopsmart_ranking LIMIT 5$$),
    ($$SELECT public.shopsmart_rank(1, public.shopsmart_user('user 1', '2026-06-30 12:00Z'))$$),
    ($$SELECT * FROM public.shopsmart_seen('user 1', '2026-06-30 12:00Z')$$),
    ($$SELECT * FROM public.shopsmart_last_scan()$$),
    ($$SELECT * FROM public.shopsmart_last_sources()$$),
    ($$SELECT * FROM public.shopsmart_cache_stats()$$),
    ($$SELECT public.shopsmart_cache_reset()$$),
    ($$SELECT public.shopsmart_cache_warm(10)$$),
    ($$SELECT shopsmart.product_exists(1)$$),
    ($$SELECT * FROM shopsmart.item_similarity$$),
    ($$SELECT * FROM shopsmart.basket_affinity$$),
    ($$SELECT * FROM shopsmart.trending_scores$$),
    ($$SELECT * FROM shopsmart.progress$$),
    ($$SELECT * FROM shopsmart.jobs$$),
    ($$SELECT * FROM shopsmart.job_stats$$),
    ($$SELECT public.shopsmart_alter_job('retention', '1 day', true, '1 hour', '1 minute', '{"keep": "100 years"}')$$),
    ($$SELECT public.shopsmart_add_job('own', 'shopsmart.job_history', '1 day', '{"keep": "1 day", "max_runs": 1}')$$),
    ($$SELECT public.shopsmart_run_job('own')$$),
    ($$SELECT public.shopsmart_run_job('trending', force => true)$$),
    ($$SELECT public.shopsmart_run_job('trending')$$),
    ($$SELECT public.shopsmart_run_job('similarity', force => true)$$),
    ($$SELECT public.shopsmart_run_job('search', force => true)$$),
    ($$SELECT public.shopsmart_run_job('search')$$),
    ($$SELECT public.shopsmart_run_job('partitions')$$),
    ($$SELECT public.shopsmart_run_job('retention', true)$$),
    ($$SELECT public.shopsmart_run_job('history')$$),
    ($$SELECT * FROM shopsmart.start_due_run('2026-06-30 12:00Z')$$),
    ($$SELECT public.shopsmart_drop_job('own')$$),
    ($$SELECT * FROM public.shopsmart_status()$$),
    ($$SELECT * FROM shopsmart.redis_status$$),
    ($$SELECT public.shopsmart_unpublish_user('user 1')$$),
    ($$SELECT public.shopsmart_export_user('user 1')$$),
    ($$SELECT public.shopsmart_unschedule_from_pg_cron()$$),
    ($$SELECT public.shopsmart_erase_user('somebody new')$$),
    ($$SELECT public.shopsmart_setup_api()$$),
    ($$SELECT public.shopsmart_setup_api()$$),
    ($$SELECT * FROM api.recommendations(10, 1, '{"in_stock": true}', '{1}', true, '{purchase}', 'user 1')$$),
    ($$SELECT * FROM api.similar_products(1, 10, '{"in_stock": true}')$$),
    ($$SELECT * FROM api.bought_together('{1,2}', 10, '{"in_stock": true}')$$),
    ($$SELECT * FROM api.trending(10, 1, '30d', '{"in_stock": true}')$$),
    ($$SELECT * FROM api.search('prodcut', 10, '{"in_stock": true}')$$),
    ($$SELECT * FROM api.suggest('pro')$$),
    ($$SELECT * FROM api.facets('product')$$),
    ($$SELECT * FROM api.explain(2, 'user 1')$$),
    ($$SELECT api.track_event(1, 'view', 'visit', '{}', 'another key', 'user 1', '2026-06-30 12:00Z')$$),
    ($$SELECT api.track_events('[{"user_id": "user 1", "product_id": 1}, {"user_id": "user 2", "product_id": 2}]')$$),
    ($$SELECT api.log_click(api.log_search('Red prodcut', 3, 'corrected', 'user 1'), 1, 2, 'user 1')$$),
    ($$SELECT api.anonymous_token()$$),
    ($$SELECT shopsmart.anonymous_user(shopsmart.sign_token('{"sub": "anonymous:x", "role": "shop_user", "exp": 99999999999}'))$$),
    ($$SELECT shopsmart.merge_users('user 3', 'user 4')$$),
    ($$SELECT api.export_user('user 4')$$),
    ($$SELECT api.run_job('similarity', true)$$),
    ($$SELECT * FROM api.jobs()$$),
    ($$SELECT * FROM api.status()$$),
    ($$SELECT * FROM api.evaluations()$$),
    ($$SELECT api.erase_user('user 4')$$),
    ($$SELECT public.shopsmart_pre_request()$$),
    ($$SELECT * FROM api.products$$),
    ($$SELECT * FROM api.categories$$),
    ($$SELECT public.shopsmart_drop_search_log()$$);
-- Where the library is not preloaded, it raises 55000.
DELETE FROM pg_temp.call WHERE statement LIKE '%cache_warm%' AND (SELECT size = 0 FROM shopsmart_cache_stats());
CREATE ROLE regress_shopsmart_victim;
SET LOCAL shopsmart.jwt_secret = 'a secret of the test, 32 bytes and more';

SELECT plan(9);
SELECT is(pg_temp.under_attack('SELECT 1::bigint = 1::bigint'), 'captured by hostile operator', 'the trap works for operators');
SELECT is(pg_temp.under_attack('SELECT now()'), 'captured by hostile.now', '... for functions');
SELECT matches(pg_temp.under_attack('SELECT price FROM products'), 'column "price" does not exist', '... and for tables');
SELECT cmp_ok((SELECT count(*) FROM pg_proc WHERE pronamespace = 'hostile'::regnamespace), '>', 150::bigint, 'there are many traps');
SELECT is_empty($$SELECT statement, outcome FROM (SELECT statement, pg_temp.under_attack(statement) AS outcome FROM pg_temp.call) AS c WHERE outcome <> 'untouched'$$, 'no call is captured');
SET LOCAL shopsmart.direct_reads = off;
SELECT is_empty($$SELECT statement, outcome FROM (SELECT statement, pg_temp.under_attack(statement) AS outcome FROM pg_temp.call) AS c WHERE outcome <> 'untouched'$$, 'nor without direct reads');
-- The orders by index, not by a sort.
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
SET LOCAL jit = off; -- plans look costly then, and are not
-- Anew, so that the extension's kept plans are made under attack.
DISCARD PLANS;
SELECT is_empty($$SELECT statement, outcome FROM (SELECT statement, pg_temp.under_attack(statement) AS outcome FROM pg_temp.call) AS c WHERE outcome <> 'untouched'$$, 'nor with new plans');
-- Installing into a hostile environment.
DROP SCHEMA oracle CASCADE;
DROP EXTENSION shopsmart CASCADE;
SELECT is(pg_temp.under_attack('CREATE EXTENSION shopsmart SCHEMA public'), 'untouched', 'CREATE EXTENSION is not captured');
SELECT is(pg_temp.under_attack('SELECT public.shopsmart_setup()'), 'untouched', 'and neither is the first setup of the new one');

SELECT * FROM finish();
ROLLBACK;
