-- What holds for shopsmart_unschedule_from_pg_cron: twice is fine, and no job is changed.
\ir ../fixture/start.psql
SELECT plan(3);

CREATE TEMPORARY TABLE before AS TABLE shopsmart.jobs;
SELECT is(shopsmart_unschedule_from_pg_cron(), 0, 'once');
SELECT is(shopsmart_unschedule_from_pg_cron(), 0, 'twice');
SELECT set_eq('TABLE shopsmart.jobs', 'TABLE before', 'every job is as it was');

SELECT * FROM finish();
ROLLBACK;
