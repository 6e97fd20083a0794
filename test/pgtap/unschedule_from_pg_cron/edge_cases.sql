-- Edges of shopsmart_unschedule_from_pg_cron: a table that looks like pg_cron's is left alone.
\ir ../fixture/start.psql
SELECT plan(2);

CREATE SCHEMA cron;
CREATE TABLE cron.job (jobid bigint, jobname name, database text);
INSERT INTO cron.job VALUES (1, 'shopsmart trending', current_database());
SELECT is(shopsmart_unschedule_from_pg_cron(), 0, 'it is not pg_cron');
SELECT is((SELECT count(*) FROM cron.job), 1::bigint, 'and keeps its rows');

SELECT * FROM finish();
ROLLBACK;
