-- What holds for shopsmart_run_job: it does what the function does, only when it pays, and starts follow from the last run.
\ir ../fixture/random_shop.psql
SELECT plan(24);

-- Only when it pays. The random shop lies around a "now" of its own, so that events for the jobs are added.
INSERT INTO shop.users (external_id) SELECT 'fresh ' || i FROM generate_series(1, 20) AS i;
CREATE FUNCTION pg_temp.add_events(count integer) RETURNS bigint LANGUAGE sql
    AS $$SELECT count(shopsmart_track('fresh ' || 1 + i % 20, (SELECT min(product_id) + i % 5 FROM shop.products), 'view')) FROM generate_series(1, count) AS i$$;
SELECT pg_temp.add_events(400) \g /dev/null
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity')$$, $$VALUES ('succeeded')$$, 'first run');
CREATE TEMPORARY TABLE first AS SELECT max(generation) AS generation FROM shopsmart.generations;
SELECT results_eq($$SELECT status, message LIKE 'nothing new since %' FROM shopsmart_run_job('similarity')$$, $$VALUES ('skipped', true)$$, 'nothing new');
SELECT pg_temp.add_events(2) \g /dev/null
SELECT results_eq($$SELECT status, message LIKE 'too little is new since %' FROM shopsmart_run_job('similarity')$$, $$VALUES ('skipped', true)$$, 'too little is new');
SELECT is((SELECT max(generation) FROM shopsmart.generations), (SELECT generation FROM first), 'the model is as it was');
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity', force => true)$$, $$VALUES ('succeeded')$$, 'unless forced');
SELECT pg_temp.add_events(200) \g /dev/null
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity')$$, $$VALUES ('succeeded')$$, 'enough is new');
UPDATE shopsmart.generations SET built_at = built_at - interval '8 days' WHERE kind = 'similarity';
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity')$$, $$VALUES ('succeeded')$$, 'at the latest after seven days');
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('walks', 'rp3beta', true);
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity')$$, $$VALUES ('succeeded')$$, 'nothing new, but another default model');
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity')$$, $$VALUES ('skipped')$$, '... which then is there');
DELETE FROM shopsmart.models;
SELECT shopsmart_run_job('similarity') \g /dev/null
SELECT shopsmart_rebuild_sessions() \g /dev/null
SELECT shopsmart_run_job('similarity', force => true) \g /dev/null
SELECT is((SELECT count(DISTINCT as_of) FROM shopsmart.generations WHERE kind IN ('similarity', 'sessions')), 1::bigint, 'sessions, once packed, stay as fresh');
SELECT results_eq($$SELECT status FROM shopsmart_run_job('trending')$$, $$VALUES ('succeeded')$$, 'trending');
SELECT results_eq($$SELECT status FROM shopsmart_run_job('trending')$$, $$VALUES ('skipped')$$, 'nothing new for trending');
SELECT shopsmart_track('late', (SELECT min(product_id) FROM shop.products), occurred_at => now() - interval '20 days') \g /dev/null
SELECT results_eq($$SELECT status FROM shopsmart_run_job('trending')$$, $$VALUES ('succeeded')$$, 'an event that is told late is new');

-- Starts: of a job that ran at a known time, seen from several times.
CREATE FUNCTION pg_temp.next_start(at timestamptz) RETURNS timestamptz LANGUAGE sql AS $$SELECT next_start FROM shopsmart.all_job_stats(at) WHERE job = 'history'$$;
SELECT is(pg_temp.next_start('2026-07-01 00:00Z'), '2026-07-01 00:00Z', 'a job that never ran starts now');
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at, finished_at) VALUES ('history', 'succeeded', 'call', 1, '2026-07-01 00:00Z', '2026-07-01 00:10Z');
SELECT is(pg_temp.next_start('2026-07-01 00:20Z'), '2026-07-02 00:00Z', 'then a day after its start');
SELECT is(pg_temp.next_start('2026-07-09 00:00Z'), '2026-07-02 00:00Z', 'missed periods are one start');
SELECT is(pg_temp.next_start('2026-06-30 23:30Z'), '2026-06-30 23:30Z', 'a clock that was set back delays nothing');
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at, finished_at)
SELECT 'history', 'failed', 'call', 1, t, t FROM generate_series(timestamptz '2026-07-02 00:00Z', '2026-07-02 20:00Z', '1 hour') AS t;
SELECT ok(pg_temp.next_start('2026-07-03 00:00Z') BETWEEN '2026-07-02 20:30Z' AND '2026-07-02 21:00Z', 'after many failures a pause of half an hour to an hour');
DELETE FROM shopsmart.job_runs WHERE job = 'history' AND started_at > '2026-07-02 00:00Z';
SELECT ok(pg_temp.next_start('2026-07-03 00:00Z') BETWEEN '2026-07-02 00:00:30Z' AND '2026-07-02 00:01Z', 'after the first one, of half a minute to a minute');

-- What was cut off: found by the next start, counted, not lost.
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at) VALUES ('partitions', 'running', 'worker', 1, now() - interval '1 hour');
SELECT results_eq($$SELECT status FROM shopsmart_run_job('partitions')$$, $$VALUES ('succeeded')$$, 'a job whose run was cut off can be run');
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart.job_runs WHERE job = 'partitions' ORDER BY run_id$$, $$VALUES ('failed', '57P02'), ('succeeded', NULL)$$, '... which is noted');

-- The history forgets, but not what it needs.
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at, finished_at)
SELECT 'trending', 'failed', 'call', 1, now() - interval '40 days', now() FROM generate_series(1, 30);
SELECT shopsmart_run_job('history') \g /dev/null
SELECT is((SELECT count(*) FROM shopsmart.job_runs WHERE job = 'trending' AND status = 'failed'), 1::bigint, 'old runs are forgotten but for the newest');
SELECT isnt_empty($$SELECT FROM shopsmart.job_runs WHERE job = 'trending' AND state IS NOT NULL$$, 'the state is not');

-- Jobs that are always due keep none from its turn.
DELETE FROM shopsmart.job_runs;
SELECT shopsmart_alter_job('history', '1 second'), shopsmart_alter_job('partitions', '1 second') \g /dev/null
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at, finished_at)
SELECT j, 'succeeded', 'worker', 1, now() - interval '1 hour', now() - interval '1 hour' FROM unnest('{history,partitions}'::text[]) AS j;
CREATE FUNCTION pg_temp.turn() RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    started record;
BEGIN
    SELECT * INTO started FROM shopsmart.start_due_run(clock_timestamp() + interval '1 minute');
    UPDATE shopsmart.job_runs SET status = 'succeeded', finished_at = clock_timestamp() WHERE run_id = started.run_id;
    RETURN started.job;
END
$$;
SELECT set_eq('SELECT pg_temp.turn() FROM generate_series(1, 6)', ARRAY['history', 'partitions', 'search', 'search_log', 'similarity', 'trending'], 'six turns for six jobs');

SELECT * FROM finish();
ROLLBACK;
