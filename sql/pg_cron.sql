-- Jobs without background workers of our own: pg_cron calls shopsmart_run_job(), which does nothing unless the job is due. So
-- schedules, pauses and records are the same, and a job never runs twice when workers and pg_cron are both there.

CREATE FUNCTION @extschema@.shopsmart_unschedule_from_pg_cron() RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    entries integer := 0;
BEGIN
    IF EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
        EXECUTE $cron$SELECT count(cron.unschedule(j.jobid)) FROM cron.job j
                      WHERE j.jobname LIKE 'shopsmart %' AND j.database = current_database()$cron$ INTO entries;
    END IF;
    RETURN entries;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_unschedule_from_pg_cron() IS 'removes the entries that shopsmart_schedule_with_pg_cron() made; returns how many there were';

CREATE FUNCTION @extschema@.shopsmart_schedule_with_pg_cron() RETURNS integer
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    j record;
    entry text;
    work text;
    entries integer := 0;
BEGIN
    IF NOT EXISTS (SELECT FROM pg_extension e WHERE e.extname = 'pg_cron') THEN
        RAISE EXCEPTION 'extension pg_cron is not in this database'
            USING ERRCODE = 'object_not_in_prerequisite_state',
                  HINT = 'Make it here; or preload shopsmart, whose workers need no pg_cron.';
    END IF;
    PERFORM @extschema@.shopsmart_unschedule_from_pg_cron();
    FOR j IN SELECT a.job, a.schedule FROM shopsmart.all_jobs() AS a LOOP
        entry := 'shopsmart ' || CASE WHEN octet_length(j.job) <= 50 THEN j.job ELSE md5(j.job) END;
        -- After DROP EXTENSION the entry removes itself.
        work := format('BEGIN IF pg_catalog.to_regclass(''shopsmart.job_runs'') IS NULL'
                       ' THEN PERFORM cron.unschedule(jobid) FROM cron.job WHERE jobname OPERATOR(pg_catalog.=) %L;'
                       ' ELSE PERFORM @extschema@.shopsmart_run_job(%L, only_if_due => true); END IF; END', entry, j.job);
        EXECUTE 'SELECT cron.schedule($1, $2, $3)'
            USING entry, CASE WHEN j.schedule < interval '10 minutes' THEN '* * * * *' ELSE '*/5 * * * *' END, format('DO %L', work);
        entries := entries + 1;
    END LOOP;
    RETURN entries;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_schedule_with_pg_cron() IS 'has pg_cron look every five minutes whether a job is due, one entry a job; returns how many there are';
