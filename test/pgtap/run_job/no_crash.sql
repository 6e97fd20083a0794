-- shopsmart_run_job with boundary values of each argument: a row, or no such job.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(9);

SELECT * FROM pg_temp.survives('shopsmart_run_job', ARRAY[$$'trending'$$, 'false', 'true'], '{42704}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_run_job', ARRAY[$$'trending'$$, 'false', 'true'], '{42704}');

SELECT * FROM finish();
ROLLBACK;
