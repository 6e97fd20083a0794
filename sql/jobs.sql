-- Jobs: what is done again and again, what became of each run, and how to run, alter, add and drop one.
-- A background worker runs what is due (src/worker/README.md), or pg_cron, or anybody who calls shopsmart_run_job().

CREATE FUNCTION shopsmart.shipped_jobs()
RETURNS TABLE (job text, schedule interval, enabled boolean, max_runtime interval, retry_pause interval, config jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 7
BEGIN ATOMIC
    VALUES ('trending'::text, interval '1 hour', true, interval '30 minutes', interval '1 minute', '{"min_change": 0, "at_latest": "1 day"}'::jsonb),
           ('similarity', interval '1 day', true, interval '6 hours', interval '1 minute', '{"min_change": 0.01, "at_latest": "7 days"}'),
           ('search', interval '1 hour', true, interval '1 hour', interval '1 minute', '{"min_change": 0.01, "at_latest": "7 days"}'),
           ('search_log', interval '1 day', true, interval '10 minutes', interval '1 minute', '{"keep": "90 days", "min_users": 5}'),
           ('partitions', interval '1 day', true, interval '10 minutes', interval '1 minute', '{"max_moved": 10000}'),
           ('retention', interval '1 day', false, interval '10 minutes', interval '1 minute', '{"keep": "25 months"}'),
           ('history', interval '1 day', true, interval '10 minutes', interval '1 minute', '{"keep": "30 days", "max_runs": 1000}');
END;
COMMENT ON FUNCTION shopsmart.shipped_jobs() IS 'the jobs that come with the extension, with their defaults';

-- A job runs with the rights of an owner: shipped jobs of who owns the events, the shop's own jobs of who owns their function.
CREATE FUNCTION shopsmart.all_jobs()
RETURNS TABLE (job text, function text, owner name, schedule interval, enabled boolean, max_runtime interval, retry_pause interval,
               config jsonb, is_shipped boolean)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT d.job, 'shopsmart.job_' || d.job, pg_get_userbyid(events.relowner), coalesce(s.schedule, d.schedule), coalesce(s.enabled, d.enabled),
           coalesce(s.max_runtime, d.max_runtime), coalesce(s.retry_pause, d.retry_pause), d.config || coalesce(s.config, '{}'), true
    FROM shopsmart.shipped_jobs() AS d
    LEFT JOIN shopsmart.job_settings s ON s.job = d.job
    LEFT JOIN (shopsmart.shop JOIN pg_class events ON events.oid = shop.events) ON true
    UNION ALL
    SELECT s.job, s.function, pg_get_userbyid(f.proowner), s.schedule, s.enabled, s.max_runtime, s.retry_pause, s.config, false
    FROM shopsmart.job_settings s
    LEFT JOIN pg_proc f ON f.oid = to_regprocedure(s.function || '(jsonb)')
    WHERE s.function IS NOT NULL AND s.job NOT IN (SELECT d.job FROM shopsmart.shipped_jobs() AS d)
    ORDER BY 9 DESC, 1
$$;
COMMENT ON FUNCTION shopsmart.all_jobs() IS 'shipped jobs with what was altered, and the shop''s own jobs';

CREATE VIEW shopsmart.jobs WITH (security_invoker = true) AS
    SELECT job, function, owner, schedule, enabled, max_runtime, retry_pause, config, is_shipped FROM shopsmart.all_jobs();
COMMENT ON VIEW shopsmart.jobs IS 'every job: what it calls, with whose rights, how often, for how long at most';

-- When a job starts next follows from its last run alone, so that it survives everything that the runs survive. A period that
-- was missed is made up once. Pauses after failures double up to an hour; the number of the run adds the jitter.
CREATE FUNCTION shopsmart.all_job_stats(at timestamptz)
RETURNS TABLE (job text, enabled boolean, last_status text, last_start timestamptz, last_finish timestamptz, last_success timestamptz,
               failures_in_a_row bigint, next_start timestamptz, last_duration interval, average_duration interval, runs bigint,
               last_sqlstate text, last_message text)
LANGUAGE sql STABLE STRICT PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT j.job, j.enabled, last.status, last.started_at, last.finished_at, total.last_success, failed.runs,
           CASE
               WHEN NOT j.enabled OR j.is_shipped AND j.owner IS NULL THEN NULL
               -- Never run; seems to run, which whoever gets its lock knows better; or the clock was set back.
               WHEN last.run_id IS NULL OR last.status = 'running' OR last.started_at > at THEN at
               WHEN last.status = 'failed' THEN last.finished_at
                   + least(interval '1 hour', j.retry_pause * power(2, least(failed.runs - 1, 20)))
                   * (0.5 + (hashint8(last.run_id) & 65535) / 131070.0::float8)
               ELSE last.started_at + j.schedule
           END,
           last.finished_at - last.started_at, total.average_duration, total.runs, last.sqlstate, last.message
    FROM shopsmart.all_jobs() AS j
    LEFT JOIN LATERAL (SELECT * FROM shopsmart.job_runs r WHERE r.job = j.job ORDER BY r.run_id DESC LIMIT 1) AS last ON true
    CROSS JOIN LATERAL (SELECT max(r.finished_at) FILTER (WHERE r.status IN ('succeeded', 'skipped')) AS last_success,
                               max(r.run_id) FILTER (WHERE r.status IN ('succeeded', 'skipped')) AS last_good_run,
                               avg(r.finished_at - r.started_at) FILTER (WHERE r.status = 'succeeded') AS average_duration, count(*) AS runs
                        FROM shopsmart.job_runs r WHERE r.job = j.job) AS total
    CROSS JOIN LATERAL (SELECT count(*) AS runs FROM shopsmart.job_runs r
                        WHERE r.job = j.job AND r.status = 'failed' AND r.run_id > coalesce(total.last_good_run, 0)) AS failed
    ORDER BY j.is_shipped DESC, j.job
$$;
COMMENT ON FUNCTION shopsmart.all_job_stats(timestamptz) IS 'what became of the runs of each job, and when it starts next';

CREATE VIEW shopsmart.job_stats WITH (security_invoker = true) AS
    SELECT job, enabled, last_status, last_start, last_finish, last_success, failures_in_a_row, next_start, last_duration, average_duration,
           runs, last_sqlstate, last_message
    FROM shopsmart.all_job_stats(pg_catalog.clock_timestamp());
COMMENT ON VIEW shopsmart.job_stats IS 'one row a job: last success, failures in a row, next start, how long it takes';

-- Calls a function of one jsonb argument as its job's owner, inside what the server allows nobody to leave (no SET ROLE, no
-- temporary tables), for a bounded time. The result as jsonb.
CREATE FUNCTION shopsmart.call_job(function regprocedure, owner regrole, config jsonb, max_seconds double precision) RETURNS jsonb
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_call_job';
COMMENT ON FUNCTION shopsmart.call_job(regprocedure, regrole, jsonb, double precision) IS
'calls a job''s function with the rights of the owner, whose rights the caller must have; 53400 when it takes too long';

-- The caller holds the job's advisory lock, so a run that still counts as running has no process any more.
CREATE FUNCTION shopsmart.begin_run(job text, started_by text) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    new_run bigint;
BEGIN
    UPDATE shopsmart.job_runs r
    SET status = 'failed', finished_at = clock_timestamp(), sqlstate = '57P02', message = 'the run was cut off: its process or the server ended'
    WHERE r.job = begin_run.job AND r.status = 'running';
    -- What was cut off is tried again after a pause, as after any other failure.
    IF FOUND AND started_by = 'worker' THEN
        RETURN NULL;
    END IF;
    INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at)
    VALUES (begin_run.job, 'running', begin_run.started_by, pg_backend_pid(), clock_timestamp()) RETURNING run_id INTO new_run;
    RETURN new_run;
END
$$;
COMMENT ON FUNCTION shopsmart.begin_run(text, text) IS 'notes that a run starts and that one before it was cut off; NULL when the latter comes first';

-- Runs the job and notes what became of it, in one transaction: what the notes say is what happened. Returns whether a
-- failure is news for the server's log: the first of its kind within an hour.
CREATE FUNCTION shopsmart.perform_run(job text, run_id bigint, force boolean) RETURNS boolean
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    j record;
    result jsonb;
    code text;
    problem text;
    problem_detail text;
    last_state jsonb;
    run_by text;
BEGIN
    SELECT * INTO j FROM shopsmart.all_jobs() AS a WHERE a.job = perform_run.job;
    SELECT r.state INTO last_state FROM shopsmart.job_runs r WHERE r.job = perform_run.job AND r.state IS NOT NULL ORDER BY r.run_id DESC LIMIT 1;
    BEGIN
        IF j.owner IS NULL AND j.is_shipped THEN
            PERFORM shopsmart.attached_shop();
        ELSIF j.owner IS NULL THEN
            RAISE EXCEPTION 'function %(jsonb) of job "%" does not exist', j.function, job USING ERRCODE = 'undefined_function';
        END IF;
        result := shopsmart.call_job(
            to_regprocedure(j.function || '(jsonb)'),
            -- Shipped functions may also run as an admin who called; those of the shop only as their owner.
            quote_ident(CASE WHEN j.is_shipped AND NOT pg_has_role(j.owner, 'USAGE') THEN current_user ELSE j.owner END)::regrole,
            j.config || jsonb_strip_nulls(jsonb_build_object('state', last_state, 'force', nullif(force, false))),
            extract(epoch FROM j.max_runtime)::float8);
        UPDATE shopsmart.job_runs r
        SET status = CASE WHEN (result ->> 'skipped')::boolean THEN 'skipped' ELSE 'succeeded' END, finished_at = clock_timestamp(),
            rows = CASE jsonb_typeof(result) WHEN 'number' THEN result #>> '{}' ELSE result ->> 'rows' END::bigint,
            message = left(result ->> 'message', 1000), state = nullif(result -> 'state', 'null')
        WHERE r.job = perform_run.job AND r.run_id = perform_run.run_id;
        RETURN false;
    EXCEPTION WHEN query_canceled OR assert_failure OR OTHERS THEN
        GET STACKED DIAGNOSTICS code = RETURNED_SQLSTATE, problem = MESSAGE_TEXT, problem_detail = PG_EXCEPTION_DETAIL;
        SELECT r.started_by INTO run_by FROM shopsmart.job_runs r WHERE r.job = perform_run.job AND r.run_id = perform_run.run_id;
        -- A caller who cancels wants to be out of here.
        IF code = '57014' AND run_by = 'call' THEN
            RAISE;
        END IF;
    END;
    UPDATE shopsmart.job_runs r
    SET status = 'failed', finished_at = clock_timestamp(), sqlstate = code, message = left(problem, 1000), detail = left(nullif(problem_detail, ''), 1000)
    WHERE r.job = perform_run.job AND r.run_id = perform_run.run_id;
    RETURN NOT EXISTS (SELECT FROM shopsmart.job_runs r
                       WHERE r.job = perform_run.job AND r.run_id < perform_run.run_id AND r.status = 'failed' AND r.sqlstate = code
                         AND r.finished_at > clock_timestamp() - interval '1 hour');
END
$$;
COMMENT ON FUNCTION shopsmart.perform_run(text, bigint, boolean) IS 'does the work of a run and notes its end; true when it failed in a way that the log should tell';

-- For a worker: the job that is due, with its lock taken for the session and its run noted; or when to look again.
CREATE FUNCTION shopsmart.start_due_run(at timestamptz, OUT job text, OUT run_id bigint, OUT next_start timestamptz)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    FOR job IN
        SELECT s.job FROM shopsmart.all_job_stats(at) AS s WHERE s.next_start <= at OR s.last_status = 'running'
        -- The longest idle first: so that no job waits for ever, however often the others are due.
        ORDER BY s.last_start NULLS FIRST, s.job
    LOOP
        IF pg_try_advisory_lock(1397510993, hashtext(job)) THEN
            -- Somebody may have run it in the meantime.
            IF EXISTS (SELECT FROM shopsmart.all_job_stats(at) AS s WHERE s.job = start_due_run.job AND (s.next_start <= at OR s.last_status = 'running')) THEN
                run_id := shopsmart.begin_run(job, 'worker');
                IF run_id IS NOT NULL THEN
                    RETURN;
                END IF;
            END IF;
            PERFORM pg_advisory_unlock(1397510993, hashtext(job));
        END IF;
    END LOOP;
    job := NULL;
    -- What is due and not to be had, another session runs.
    next_start := (SELECT greatest(min(s.next_start), at + interval '5 seconds') FROM shopsmart.all_job_stats(at) AS s);
END
$$;
COMMENT ON FUNCTION shopsmart.start_due_run(timestamptz) IS 'notes the start of a job that is due and locks it for the session; without one, when the next will be due';

CREATE FUNCTION @extschema@.shopsmart_run_job(job text, only_if_due boolean DEFAULT false, force boolean DEFAULT false)
RETURNS SETOF shopsmart.job_runs
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE ROWS 1
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    run shopsmart.job_runs;
BEGIN
    IF NOT EXISTS (SELECT FROM shopsmart.all_jobs() AS j WHERE j.job = shopsmart_run_job.job) THEN
        RAISE EXCEPTION 'job "%" does not exist', job USING ERRCODE = 'undefined_object', HINT = 'The view shopsmart.jobs shows all jobs.';
    END IF;
    IF NOT pg_try_advisory_xact_lock(1397510993, hashtext(job)) THEN
        IF only_if_due THEN
            RETURN;
        END IF;
        RAISE EXCEPTION 'job "%" already runs', job
            USING ERRCODE = 'lock_not_available', HINT = 'Wait until it has ended; shopsmart_progress() shows how far it is.';
    END IF;
    IF only_if_due AND NOT EXISTS (SELECT FROM shopsmart.all_job_stats(clock_timestamp()) AS s
                                   WHERE s.job = shopsmart_run_job.job AND s.next_start <= clock_timestamp()) THEN
        RETURN;
    END IF;
    run.run_id := shopsmart.begin_run(job, 'call');
    PERFORM shopsmart.perform_run(job, run.run_id, force);
    SELECT * INTO run FROM shopsmart.job_runs r WHERE r.job = shopsmart_run_job.job AND r.run_id = run.run_id;
    IF run.status = 'failed' THEN
        RAISE WARNING 'job "%" failed: %', job, run.message USING ERRCODE = run.sqlstate, DETAIL = coalesce(run.detail, 'There is no detail.');
    END IF;
    RETURN NEXT run;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_run_job(text, boolean, boolean) IS
'runs a job now, in this session and transaction, and returns the row of shopsmart.job_runs; with only_if_due no row unless the job is due, with force also when nothing is new';

CREATE FUNCTION shopsmart.check_job_settings(schedule interval, max_runtime interval, retry_pause interval, config jsonb) RETURNS void
LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT schedule BETWEEN interval '1 second' AND interval '10 years' THEN
        RAISE EXCEPTION 'schedule must be between 1 second and 10 years' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT max_runtime BETWEEN interval '1 second' AND interval '20 days' THEN
        RAISE EXCEPTION 'max_runtime must be between 1 second and 20 days' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF NOT retry_pause BETWEEN interval '2 seconds' AND interval '1 hour' THEN
        RAISE EXCEPTION 'retry_pause must be between 2 seconds and 1 hour' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF jsonb_typeof(config) <> 'object' OR length(config::text) > 65536 THEN
        RAISE EXCEPTION 'config must be a JSON object of at most 64 kB' USING ERRCODE = 'invalid_parameter_value';
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.check_job_settings(interval, interval, interval, jsonb) IS 'raises 22023 for settings that no job can have';

CREATE FUNCTION @extschema@.shopsmart_alter_job(
    job text, schedule interval DEFAULT NULL, enabled boolean DEFAULT NULL, max_runtime interval DEFAULT NULL,
    retry_pause interval DEFAULT NULL, config jsonb DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM shopsmart.all_jobs() AS j WHERE j.job = shopsmart_alter_job.job) THEN
        RAISE EXCEPTION 'job "%" does not exist', job USING ERRCODE = 'undefined_object', HINT = 'The view shopsmart.jobs shows all jobs.';
    END IF;
    PERFORM shopsmart.check_job_settings(schedule, max_runtime, retry_pause, config);
    INSERT INTO shopsmart.job_settings AS s (job, schedule, enabled, max_runtime, retry_pause, config)
    VALUES (job, schedule, enabled, max_runtime, retry_pause, jsonb_strip_nulls(config))
    ON CONFLICT ON CONSTRAINT job_settings_pkey DO UPDATE SET
        schedule = coalesce(excluded.schedule, s.schedule), enabled = coalesce(excluded.enabled, s.enabled),
        max_runtime = coalesce(excluded.max_runtime, s.max_runtime), retry_pause = coalesce(excluded.retry_pause, s.retry_pause),
        config = jsonb_strip_nulls(coalesce(s.config, '{}') || coalesce(shopsmart_alter_job.config, '{}'));
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_alter_job(text, interval, boolean, interval, interval, jsonb) IS
'changes what is not NULL of a job; keys of config are merged with those that were set before, and null takes one away';

CREATE FUNCTION @extschema@.shopsmart_add_job(
    job text, function regproc, schedule interval, config jsonb DEFAULT '{}', max_runtime interval DEFAULT '1 hour',
    retry_pause interval DEFAULT '1 minute') RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    function_name text;
BEGIN
    IF char_length(job) NOT BETWEEN 1 AND 63 THEN
        RAISE EXCEPTION 'job must have 1 to 63 characters' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    PERFORM shopsmart.check_job_settings(schedule, max_runtime, retry_pause, config);
    IF EXISTS (SELECT FROM shopsmart.all_jobs() AS j WHERE j.job = shopsmart_add_job.job) THEN
        RAISE EXCEPTION 'job "%" already exists', job USING ERRCODE = 'duplicate_object', HINT = 'shopsmart_alter_job() changes it.';
    END IF;
    SELECT format('%I.%I', n.nspname, p.proname) INTO function_name
    FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = function;
    IF to_regprocedure(function_name || '(jsonb)') IS NULL THEN
        RAISE EXCEPTION 'function %(jsonb) does not exist', coalesce(function_name, function::text)
            USING ERRCODE = 'undefined_function', HINT = 'A job calls a function with one argument of type jsonb.';
    END IF;
    INSERT INTO shopsmart.job_settings (job, function, schedule, enabled, max_runtime, retry_pause, config)
    VALUES (job, function_name, schedule, true, max_runtime, retry_pause, config);
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_add_job(text, regproc, interval, jsonb, interval, interval) IS
'adds a job of the shop''s own: a function of one jsonb argument, called with the rights of its owner';

CREATE FUNCTION @extschema@.shopsmart_drop_job(job text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF EXISTS (SELECT FROM shopsmart.shipped_jobs() AS j WHERE j.job = shopsmart_drop_job.job) THEN
        RAISE EXCEPTION 'job "%" comes with the extension', job
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = format('Call shopsmart_alter_job(%L, enabled => false).', job);
    END IF;
    DELETE FROM shopsmart.job_settings s WHERE s.job = shopsmart_drop_job.job;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'job "%" does not exist', job USING ERRCODE = 'undefined_object', HINT = 'The view shopsmart.jobs shows all jobs.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_drop_job(text) IS 'removes a job of the shop''s own; its runs stay until the job history forgets them';
