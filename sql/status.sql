-- Health: one row a check, and what to do.

CREATE FUNCTION shopsmart.library_state(
    OUT version text, OUT is_preloaded boolean, OUT launcher_pid integer, OUT worker_pid integer)
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_library_state';
COMMENT ON FUNCTION shopsmart.library_state() IS 'the version of the loaded library, whether it was preloaded, and the processes that run jobs: the launcher, the worker in this database';

-- The figures behind checks of the shop's tables; cheap, because they are asked every minute or so.
CREATE FUNCTION shopsmart.shop_figures(
    OUT is_covered boolean, OUT strays bigint, OUT products bigint, OUT without_neighbors bigint, OUT users_seen bigint, OUT short_histories bigint)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop;
BEGIN
    SELECT * INTO attached FROM shopsmart.shop;
    -- Where a month has its partition, the default partition cannot hold events of it: the catalogue tells without reading events.
    SELECT coalesce(bool_and(EXISTS (
               SELECT FROM shopsmart.event_ranges() AS r WHERE r.lower_bound <= month.at AND r.upper_bound > month.at)), true),
           coalesce(max(pg_stat_get_live_tuples(p.partdefid)), 0)
    INTO is_covered, strays
    FROM pg_partitioned_table p CROSS JOIN (VALUES (now()), (now() + interval '1 month')) AS month(at)
    WHERE p.partrelid = attached.events;
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE NOT EXISTS (SELECT FROM shopsmart.neighbors n JOIN shopsmart.generations g USING (generation)'
                   ' WHERE n.product_id = p.product_id AND g.kind = ''similarity'')) FROM %s p WHERE p.is_active', attached.products)
    INTO products, without_neighbors;
    EXECUTE format('SELECT count(*), count(*) FILTER (WHERE history.events < $1) FROM (SELECT user_id FROM %s ORDER BY user_id DESC LIMIT 1000) AS u'
                   ' CROSS JOIN LATERAL (SELECT count(*) AS events FROM (SELECT FROM %s e WHERE e.user_id = u.user_id LIMIT $1) AS e) AS history',
                   attached.users, attached.events)
    INTO users_seen, short_histories USING coalesce(current_setting('shopsmart.personalized_first_from', true), '6')::bigint;
END
$$;
COMMENT ON FUNCTION shopsmart.shop_figures() IS
'whether this month and the next have partitions, about how many events are in the default partition, active products and those without neighbors, and how many of the newest 1000 users have short histories';

CREATE FUNCTION @extschema@.shopsmart_status()
RETURNS TABLE (subject text, state text, message text, hint text)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE ROWS 20
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    library record;
    figures record;
    too_many boolean;
    has_cron boolean := EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron');
    is_standby boolean := pg_is_in_recovery();
BEGIN
    SELECT l.*, e.extversion INTO library FROM shopsmart.library_state() AS l, pg_extension e WHERE e.extname = 'shopsmart';
    RETURN QUERY SELECT 'version', CASE WHEN library.version = library.extversion THEN 'ok' ELSE 'error' END,
        format('library %s, extension %s', library.version, library.extversion),
        CASE WHEN library.version <> library.extversion THEN 'ALTER EXTENSION shopsmart UPDATE, and restart the server when the library is preloaded.' END;

    RETURN QUERY SELECT 'workers',
        CASE WHEN is_standby OR library.launcher_pid IS NOT NULL AND current_setting('shopsmart.job_launcher')::boolean THEN 'ok'
             WHEN library.is_preloaded AND library.launcher_pid IS NULL THEN 'error' WHEN has_cron AND NOT library.is_preloaded THEN 'ok' ELSE 'warn' END,
        CASE WHEN is_standby THEN 'a standby: jobs run on the primary' WHEN NOT library.is_preloaded AND has_cron THEN 'not preloaded, pg_cron is there'
             WHEN NOT library.is_preloaded THEN 'not preloaded' WHEN library.launcher_pid IS NULL THEN 'the launcher does not run'
             WHEN NOT current_setting('shopsmart.job_launcher')::boolean THEN 'shopsmart.job_launcher is off'
             ELSE format('the launcher is process %s', library.launcher_pid) || coalesce(', a job runs in process ' || library.worker_pid, '') END,
        CASE WHEN is_standby THEN NULL WHEN NOT library.is_preloaded AND has_cron THEN 'shopsmart_schedule_with_pg_cron() makes its entries.'
             WHEN NOT library.is_preloaded THEN 'Add shopsmart to shared_preload_libraries, or call the jobs yourself.'
             WHEN library.launcher_pid IS NULL THEN 'It is back within seconds; if not, the log of the server says why.'
             WHEN NOT current_setting('shopsmart.job_launcher')::boolean THEN 'Set it to on, and reload.' END;

    IF NOT EXISTS (SELECT FROM shopsmart.shop) THEN
        RETURN QUERY SELECT 'shop', 'error', 'there are no tables yet', 'SELECT shopsmart_setup()';
        RETURN;
    END IF;

    RETURN QUERY SELECT 'job ' || s.job,
        CASE WHEN NOT s.enabled THEN 'ok' WHEN s.failures_in_a_row >= 3 THEN 'error'
             WHEN s.failures_in_a_row > 0 OR s.next_start < now() - interval '15 minutes' AND NOT is_standby OR s.last_start IS NULL THEN 'warn' ELSE 'ok' END,
        CASE WHEN NOT s.enabled THEN 'off' WHEN s.failures_in_a_row > 0 THEN format('%s failures in a row: %s', s.failures_in_a_row, s.last_message)
             WHEN s.last_start IS NULL THEN 'never ran' ELSE format('last success %s', s.last_success) END,
        CASE WHEN NOT s.enabled THEN NULL WHEN s.failures_in_a_row > 0 THEN 'shopsmart.job_runs tells more; mend it, then shopsmart_run_job().'
             WHEN s.last_start IS NULL OR s.next_start < now() - interval '15 minutes' THEN 'Who runs the jobs? See workers.' END
    FROM shopsmart.all_job_stats(now()) AS s;

    -- A model that nobody needs to build again stays for at_latest; twice that is too long.
    RETURN QUERY SELECT 'model ' || m.kind, CASE WHEN g.built_at > now() - 2 * m.at_latest THEN 'ok' ELSE 'warn' END,
        CASE WHEN g.built_at IS NULL THEN 'never built' ELSE format('built %s', g.built_at) END,
        CASE WHEN g.built_at > now() - 2 * m.at_latest THEN NULL ELSE format('SELECT shopsmart_run_job(%L, force => true)', m.job) END
    FROM (SELECT k.kind, j.job, (j.config ->> 'at_latest')::interval AS at_latest
          FROM (VALUES ('similarity', 'similarity'), ('baskets', 'similarity'), ('popularity', 'similarity'), ('trending', 'trending')) AS k(kind, job)
          JOIN shopsmart.all_jobs() AS j ON j.job = k.job) AS m
    LEFT JOIN shopsmart.generations g ON g.kind = m.kind ORDER BY 1;

    RETURN QUERY SELECT 'search', CASE WHEN f.is_set_up AND (f.built_at IS NULL OR f.changed > 0.1) THEN 'warn' ELSE 'ok' END,
        CASE WHEN NOT f.is_set_up THEN 'not set up' WHEN f.built_at IS NULL THEN 'there is no index'
             ELSE format('index of %s, %s %% of its products changed since', f.built_at, round(100 * f.changed::numeric, 1)) END,
        CASE WHEN f.is_set_up AND (f.built_at IS NULL OR f.changed > 0.1) THEN 'SELECT shopsmart_run_job(''search'', force => true)' END
    FROM shopsmart.search_figures() AS f;

    RETURN QUERY SELECT 'redis', CASE WHEN r.state = 'open' THEN 'warn' ELSE 'ok' END,
        CASE WHEN r.state = 'off' THEN 'off' ELSE format('circuit breaker %s', r.state) || coalesce(', last fault ' || r.last_fault, '') END,
        CASE WHEN r.state = 'open' THEN 'Answers are not published meanwhile. Is Redis there? SELECT * FROM shopsmart_ping_redis()' END
    FROM shopsmart.redis_state() AS r;

    SELECT * INTO figures FROM shopsmart.shop_figures();
    too_many := (SELECT figures.strays > (j.config ->> 'max_moved')::bigint FROM shopsmart.all_jobs() AS j WHERE j.job = 'partitions');
    RETURN QUERY SELECT 'partitions', CASE WHEN figures.is_covered AND NOT too_many THEN 'ok' ELSE 'warn' END,
        format(CASE WHEN figures.is_covered THEN 'there for this month and the next' ELSE 'missing for this month or the next' END
               || ', about %s events in the default partition', figures.strays),
        CASE WHEN NOT figures.is_covered OR too_many THEN 'SELECT shopsmart_run_job(''partitions'')' END;
    RETURN QUERY SELECT 'products without neighbors', CASE WHEN figures.without_neighbors > 0.9 * figures.products THEN 'warn' ELSE 'ok' END,
        format('%s of %s active products', figures.without_neighbors, figures.products),
        CASE WHEN figures.without_neighbors > 0.9 * figures.products THEN 'Is the model recent? In a shop with few events lengthen shopsmart.lookback.' END;
    RETURN QUERY SELECT 'users with short histories', 'ok', format('%s of the newest %s users', figures.short_histories, figures.users_seen), NULL;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_status() IS 'one row a check: ok, warn or error, what it found, and what to do';
