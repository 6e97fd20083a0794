-- shopsmart_drop_job with boundary values: done, or one of its documented errors.
\ir ../fixture/start.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_add_job('own', 'shopsmart.job_history', '1 hour') \g /dev/null
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_drop_job', ARRAY[$$'own'$$], '{42704,55000}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_drop_job', ARRAY[$$'own'$$], '{42704,55000}');

SELECT * FROM finish();
ROLLBACK;
