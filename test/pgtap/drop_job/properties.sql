-- What holds for shopsmart_drop_job: the job is gone, its runs stay, and its name is free.
\ir ../fixture/start.psql
SELECT plan(4);

CREATE TEMPORARY TABLE before AS TABLE shopsmart.jobs;
SELECT shopsmart_add_job('own', 'shopsmart.job_history', '1 hour', '{"keep": "1 day", "max_runs": 5}') \g /dev/null
SELECT shopsmart_run_job('own') \g /dev/null
SELECT shopsmart_drop_job('own') \g /dev/null
SELECT set_eq('TABLE shopsmart.jobs', 'TABLE before', 'all is as before the job was added');
SELECT is((SELECT count(*) FROM shopsmart.job_runs WHERE job = 'own'), 1::bigint, 'what it did is still known');
SELECT throws_ok($$SELECT shopsmart_run_job('own')$$, '42704', NULL, 'it cannot be run');
SELECT lives_ok($$SELECT shopsmart_add_job('own', 'shopsmart.job_history', '1 hour')$$, 'its name is free');

SELECT * FROM finish();
ROLLBACK;
