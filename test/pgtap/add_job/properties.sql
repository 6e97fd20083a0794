-- What holds for shopsmart_add_job: the job is like a shipped one, and runs with the rights of its function's owner alone.
\ir ../fixture/start.psql
SELECT plan(7);

CREATE ROLE regress_shopsmart_admin;
CREATE ROLE "regress_shopsmart Job Owner";
SELECT shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null
CREATE FUNCTION public.read_users(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT count(*) FROM shop.users$$;
ALTER FUNCTION public.read_users(jsonb) OWNER TO "regress_shopsmart Job Owner";
SELECT shopsmart_add_job('own', 'public.read_users', '1 hour', '{"a": 1}', '5 minutes', '10 seconds') \g /dev/null

SELECT results_eq($$SELECT function, owner, schedule, enabled, max_runtime, retry_pause, config, is_shipped FROM shopsmart.jobs WHERE job = 'own'$$,
                  $$VALUES ('public.read_users', 'regress_shopsmart Job Owner'::name, interval '1 hour', true, interval '5 minutes', interval '10 seconds', '{"a": 1}'::jsonb, false)$$,
                  'it stands beside the shipped jobs');
SELECT ok((SELECT next_start <= clock_timestamp() FROM shopsmart.job_stats WHERE job = 'own'), 'it is due at once');
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart_run_job('own')$$, $$VALUES ('failed', '42501')$$, 'its owner may not read the table, so the job may not, whoever calls');
SELECT shopsmart_grant('regress_shopsmart Job Owner', 'read') \g /dev/null
SELECT results_eq($$SELECT status, rows FROM shopsmart_run_job('own')$$, $$VALUES ('succeeded', 0::bigint)$$, 'now he may');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT results_eq($$SELECT status, sqlstate FROM shopsmart_run_job('own')$$, $$VALUES ('failed', '42501')$$, 'an admin has not the rights of that owner');
SELECT throws_ok($$SELECT shopsmart_add_job('another', 'public.read_users', '1 hour')$$, '42501', NULL, 'and adds no jobs');
RESET ROLE;
SELECT shopsmart_alter_job('own', '2 hours') \g /dev/null
SELECT results_eq($$SELECT schedule, config FROM shopsmart.jobs WHERE job = 'own'$$, $$VALUES (interval '2 hours', '{"a": 1}'::jsonb)$$, 'it is altered like any other');

SELECT * FROM finish();
ROLLBACK;
