-- What holds for shopsmart_schedule_with_pg_cron without pg_cron: a call that fails changes no job.
\ir ../fixture/start.psql
SELECT plan(2);

CREATE TEMPORARY TABLE before AS TABLE shopsmart.jobs;
SELECT throws_ok('SELECT shopsmart_schedule_with_pg_cron()', '55000', NULL, 'it fails');
SELECT set_eq('TABLE shopsmart.jobs', 'TABLE before', 'every job is as it was');

SELECT * FROM finish();
ROLLBACK;
