-- Nobody but the owner has a right until it is granted; shopsmart_grant() grants what a kind of role needs.

CREATE FUNCTION @extschema@.shopsmart_grant(role_name name, access text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop;
    routine record;
    events_schema name;
BEGIN
    IF access NOT IN ('read', 'write', 'admin') THEN
        RAISE EXCEPTION 'unknown access "%"', access
            USING ERRCODE = 'invalid_parameter_value', HINT = 'Choose read, write or admin.';
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = role_name) THEN
        RAISE EXCEPTION 'role "%" does not exist', role_name USING ERRCODE = 'undefined_object';
    END IF;
    attached := shopsmart.attached_shop();
    SELECT n.nspname INTO events_schema
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.oid = attached.events;

    -- read: recommendations and what they rest on.
    EXECUTE format('GRANT USAGE ON SCHEMA shopsmart, %I, %I TO %I', events_schema, '@extschema@', role_name);
    EXECUTE format('GRANT SELECT ON %s, %s, %s, %s, %s TO %I', attached.categories, attached.products, attached.users,
                   attached.event_types, attached.events, role_name);
    EXECUTE format('GRANT SELECT ON shopsmart.shop, shopsmart.generations, shopsmart.neighbors, shopsmart.ranked_lists,'
                   ' shopsmart.session_lists, shopsmart.trained_models,'
                   ' shopsmart.item_similarity, shopsmart.basket_affinity, shopsmart.trending_scores, shopsmart.progress,'
                   ' shopsmart.search_indexes, shopsmart.search_postings, shopsmart.search_documents,'
                   ' shopsmart.search_words, shopsmart.search_names, shopsmart.search_phrases, shopsmart.search_changes, shopsmart.suggested_queries TO %I', role_name);
    -- write: also events and the users that they bring.
    IF access IN ('write', 'admin') THEN
        EXECUTE format('GRANT INSERT ON %s, %s, %s TO %I', attached.users, attached.events, attached.event_keys, role_name);
        EXECUTE format('GRANT SELECT ON %s TO %I', attached.event_keys, role_name);
        EXECUTE format('GRANT SELECT ON shopsmart.search_log TO %I', role_name);
        PERFORM shopsmart.grant_search_log(role_name, access);
    END IF;
    -- admin: also rebuilds, evaluations, the erasure of a person, and jobs as they are; who may alter jobs decides whose functions run when.
    IF access = 'admin' THEN
        EXECUTE format('GRANT INSERT, UPDATE, DELETE ON shopsmart.generations, shopsmart.neighbors, shopsmart.ranked_lists,'
                       ' shopsmart.session_lists, shopsmart.trained_models TO %I', role_name);
        EXECUTE format('GRANT INSERT, DELETE ON shopsmart.search_indexes, shopsmart.search_postings, shopsmart.search_documents,'
                       ' shopsmart.search_words, shopsmart.search_names, shopsmart.search_phrases, shopsmart.search_changes, shopsmart.suggested_queries TO %I', role_name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON shopsmart.models, shopsmart.model_definitions TO %I', role_name);
        EXECUTE format('GRANT DELETE ON %s, %s, %s TO %I', attached.users, attached.events, attached.event_keys, role_name);
        -- Without the right to update some column nobody may lock a user before he deletes him.
        EXECUTE format('GRANT UPDATE (created_at) ON %s TO %I', attached.users, role_name);
        EXECUTE format('GRANT SELECT, INSERT ON shopsmart.erasures TO %I', role_name);
        EXECUTE format('GRANT SELECT, INSERT, DELETE ON shopsmart.evaluation_runs, shopsmart.evaluation_metrics TO %I', role_name);
        EXECUTE format('GRANT USAGE ON SEQUENCE shopsmart.generation_seq, shopsmart.evaluation_run_seq TO %I', role_name);
        EXECUTE format('GRANT SELECT ON shopsmart.job_settings, shopsmart.jobs, shopsmart.job_stats, shopsmart.redis_status TO %I', role_name);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON shopsmart.job_runs TO %I', role_name);
    END IF;
    FOR routine IN
        SELECT p.oid::regprocedure AS signature
        FROM pg_proc p JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.deptype = 'e'
        JOIN pg_extension e ON d.refclassid = 'pg_extension'::regclass AND d.refobjid = e.oid AND e.extname = 'shopsmart'
        WHERE p.proname IN ('shopsmart_recommend', 'shopsmart_next', 'shopsmart_similar', 'shopsmart_bought_together', 'shopsmart_trending',
                            'shopsmart_explain', 'shopsmart_progress', 'product_exists', 'shopsmart_user', 'shopsmart_similar_to',
                            'shopsmart_cart', 'shopsmart_trend', 'shopsmart_rank', 'shopsmart_seen', 'shopsmart_last_scan', 'shopsmart_last_sources',
                            'shopsmart_search', 'shopsmart_parse_query', 'shopsmart_did_you_mean', 'shopsmart_suggest', 'shopsmart_facets')
           OR access IN ('write', 'admin') AND p.proname IN ('shopsmart_track', 'shopsmart_unpublish_user', 'shopsmart_log_search', 'shopsmart_log_click',
                                                             'attached_shop', 'make_user', 'attached_search_log', 'normalized_query')
           OR access = 'admin' AND p.proname IN ('shopsmart_rebuild_similarity', 'shopsmart_refresh_trending',
                                                 'shopsmart_evaluate', 'shopsmart_train', 'shopsmart_drop_model', 'default_model',
                                                 'shopsmart_autotune', 'tunable_parameters', 'tuning_name', 'tuning_steps', 'tuning_readings', 'judged_definitions', 'tuning_blends', 'newest_days',
                                                 'shopsmart_add_partitions', 'lock_for_attach', 'shopsmart_run_job',
                                                 'event_ranges', 'retire_default_partition', 'shopsmart_rebuild_sessions', 'shopsmart_rebuild_search',
                                                 'shipped_jobs', 'all_jobs', 'all_job_stats', 'begin_run', 'perform_run', 'call_job',
                                                 'weigh_events', 'pays_to_build', 'job_trending', 'job_similarity', 'search_figures', 'job_search', 'suggest_queries', 'job_search_log', 'job_partitions',
                                                 'job_retention', 'job_history', 'library_state', 'shop_figures', 'shopsmart_status',
                                                 'shopsmart_export_user', 'shopsmart_erase_user', 'shopsmart_cache_stats', 'shopsmart_cache_reset', 'shopsmart_cache_warm',
                                                 'redis_state', 'shopsmart_ping_redis')
    LOOP
        EXECUTE format('GRANT EXECUTE ON FUNCTION %s TO %I', routine.signature, role_name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_grant(name, text) IS
'grants a role what it needs: read (recommendations and search), write (also shopsmart_track), admin (also rebuilds, jobs and the erasure of persons)';

REVOKE ALL ON SCHEMA shopsmart FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA shopsmart FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA shopsmart FROM PUBLIC;
REVOKE ALL ON ALL FUNCTIONS IN SCHEMA shopsmart FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_setup(name, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_add_partitions(date, date) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_track(text, bigint, text, text, jsonb, timestamptz, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_progress() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_rebuild_similarity(interval, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_similar(bigint, integer, jsonb, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_bought_together(bigint[], integer, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_refresh_trending(timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_trending(integer, bigint, text, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_recommend(text, integer, bigint, jsonb, bigint[], timestamptz, boolean, text, text[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_rebuild_sessions(interval, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_next(text, integer, bigint, jsonb, bigint[], timestamptz, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_explain(text, bigint, timestamptz, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_setup_search(regconfig) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_rebuild_search(regconfig) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_search(text, integer, jsonb, boolean, text, text, boolean, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_parse_query(text, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_did_you_mean(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_suggest(text, integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_facets(text, jsonb, text[], integer, boolean, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_setup_search_log() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_drop_search_log() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_log_search(text, integer, text, text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_log_click(bigint, bigint, integer, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_ranking_in(cstring) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_ranking_out(@extschema@.shopsmart_ranking) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_user(text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_similar_to(bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_cart(bigint[]) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_trend(bigint, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_rank(bigint, @extschema@.shopsmart_ranking) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_seen(text, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_last_scan() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_order_handler(internal) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_evaluate(text[], text, integer[], timestamptz, timestamptz, interval, text[], boolean, integer, bigint) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_train(text, interval, timestamptz) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_drop_model(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_autotune(interval, boolean, text[], integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_run_job(text, boolean, boolean) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_alter_job(text, interval, boolean, interval, interval, jsonb) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_add_job(text, regproc, interval, jsonb, interval, interval) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_drop_job(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_schedule_with_pg_cron() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_unschedule_from_pg_cron() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_erase_user(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_export_user(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_ping_redis() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_unpublish_user(text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_status() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_cache_stats() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_cache_reset() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_cache_warm(integer) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_last_sources() FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_grant(name, text) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_setup_api(name) FROM PUBLIC;
REVOKE ALL ON FUNCTION @extschema@.shopsmart_pre_request() FROM PUBLIC;
