-- Edges of shopsmart_run_job: unknown jobs, no shop, functions that fail, end or try to leave in every way.
\ir ../fixture/start.psql
SELECT plan(26);

SELECT throws_ok($$SELECT shopsmart_run_job('no such job')$$, '42704', 'job "no such job" does not exist', 'unknown job');
SELECT throws_ok($$SELECT shopsmart_run_job('')$$, '42704', NULL, 'empty name');
SELECT is_empty($$SELECT shopsmart_run_job(NULL)$$, 'no job, no run');

-- Jobs of the shop's own, whose functions do what functions do.
CREATE FUNCTION public.own_number(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 42::bigint$$;
CREATE FUNCTION public.own_record(config jsonb, OUT rows bigint, OUT message text) LANGUAGE sql AS $$SELECT 3::bigint, config ->> 'say'$$;
CREATE FUNCTION public.own_nothing(config jsonb) RETURNS void LANGUAGE sql AS $$SELECT 1$$;
CREATE FUNCTION public.own_set(config jsonb) RETURNS SETOF bigint LANGUAGE sql AS $$SELECT generate_series(1, 0)::bigint$$;
CREATE FUNCTION public.own_state(config jsonb) RETURNS jsonb LANGUAGE sql
    AS $$SELECT jsonb_build_object('state', coalesce((config ->> 'state')::integer, 0) + 1, 'rows', config -> 'state')$$;
CREATE FUNCTION public.own_error(config jsonb) RETURNS bigint LANGUAGE plpgsql
    AS $$BEGIN RAISE EXCEPTION 'no luck' USING ERRCODE = 'JOB01', DETAIL = 'none at all'; END$$;
CREATE FUNCTION public.own_rubbish(config jsonb) RETURNS jsonb LANGUAGE sql AS $$SELECT '{"rows": "many"}'::jsonb$$;
CREATE FUNCTION public.own_rest(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint FROM pg_sleep(30)$$;
CREATE FUNCTION public.own_escape(config jsonb) RETURNS bigint LANGUAGE plpgsql AS $$BEGIN RESET ROLE; RETURN 1; END$$;
CREATE FUNCTION public.own_user(config jsonb) RETURNS jsonb LANGUAGE sql AS $$SELECT jsonb_build_object('message', current_user)$$;
CREATE FUNCTION public.own_nest(config jsonb) RETURNS jsonb LANGUAGE sql AS $$SELECT jsonb_build_object('message', message) FROM public.shopsmart_run_job('number')$$;
SELECT shopsmart_add_job(substr(p.proname, 5), p.oid, '1 day', '{"say": "done"}', '1 second')
FROM pg_proc p WHERE p.proname LIKE 'own\_%' \g /dev/null
CREATE ROLE regress_shopsmart_job_owner;
ALTER FUNCTION public.own_escape(jsonb) OWNER TO regress_shopsmart_job_owner;
ALTER FUNCTION public.own_user(jsonb) OWNER TO regress_shopsmart_job_owner;

SELECT results_eq($$SELECT status, rows, message FROM shopsmart_run_job('number')$$, $$VALUES ('succeeded', 42::bigint, NULL::text)$$, 'a number is the number of rows');
SELECT results_eq($$SELECT status, rows, message FROM shopsmart_run_job('record')$$, $$VALUES ('succeeded', 3::bigint, 'done')$$, 'columns rows and message');
SELECT results_eq($$SELECT status, rows, message FROM shopsmart_run_job('nothing')$$, $$VALUES ('succeeded', NULL::bigint, NULL::text)$$, 'nothing');
SELECT results_eq($$SELECT status, rows, message FROM shopsmart_run_job('set')$$, $$VALUES ('succeeded', NULL::bigint, NULL::text)$$, 'an empty set');
SELECT results_eq($$SELECT state FROM shopsmart_run_job('state')$$, $$VALUES ('1'::jsonb)$$, 'a state is kept');
SELECT results_eq($$SELECT state, rows FROM shopsmart_run_job('state')$$, $$VALUES ('2'::jsonb, 1::bigint)$$, '... for the next run');
SELECT results_eq($$SELECT status, sqlstate, message, detail FROM shopsmart_run_job('error')$$, $$VALUES ('failed', 'JOB01', 'no luck', 'none at all')$$, 'an error is recorded');
SELECT results_eq($$SELECT failures_in_a_row, last_success FROM shopsmart.job_stats WHERE job = 'error'$$, $$VALUES (1::bigint, NULL::timestamptz)$$, '... and counted');
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart_run_job('rubbish')$$, $$VALUES ('failed', '22P02')$$, 'a result that makes no sense');
SELECT results_eq($$SELECT status, sqlstate, message FROM shopsmart_run_job('rest')$$, $$VALUES ('failed', '53400', 'the job ran longer than its max_runtime')$$, 'one that takes too long');
SELECT results_eq($$SELECT status, message FROM shopsmart_run_job('user')$$, $$VALUES ('succeeded', 'regress_shopsmart_job_owner')$$, 'a job runs as the owner of its function');
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart_run_job('escape')$$, $$VALUES ('failed', '42501')$$, '... and cannot become somebody else');
SELECT is(current_user, session_user, 'the caller is himself again');
SELECT results_eq($$SELECT message FROM shopsmart_run_job('nest')$$, $$VALUES ('a job cannot run another job')$$, 'a job in a job');
DROP FUNCTION public.own_number(jsonb);
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart_run_job('number')$$, $$VALUES ('failed', '42883')$$, 'a function that is gone');
SELECT results_eq($$SELECT status, rows > 0 FROM shopsmart_run_job('history', force => true)$$, $$VALUES ('succeeded', false)$$, 'nothing to forget yet');
SELECT is_empty($$SELECT shopsmart_run_job('history', only_if_due => true)$$, 'not due');
SELECT isnt_empty($$SELECT shopsmart_run_job('partitions', only_if_due => true)$$, 'due, because it never ran');
SELECT is_empty($$SELECT shopsmart_run_job('retention', only_if_due => true)$$, 'a job that is off is never due');
SELECT results_eq($$SELECT status, message FROM shopsmart_run_job('retention')$$, $$VALUES ('succeeded', '0 partitions dropped')$$, '... but can be run');

-- Without rights; and without a shop.
SELECT throws_ok($$SET LOCAL ROLE regress_shopsmart_job_owner; SELECT shopsmart_run_job('user')$$, '42501', NULL, 'a role without access');
DELETE FROM shopsmart.shop;
SELECT is_empty($$SELECT job FROM shopsmart.job_stats WHERE next_start IS NOT NULL AND job IN ('trending', 'similarity', 'partitions', 'history')$$, 'without a shop nothing shipped is due');
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart_run_job('trending')$$, $$VALUES ('failed', '55000')$$, '... and says so when it is run');

SELECT * FROM finish();
ROLLBACK;
