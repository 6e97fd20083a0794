-- shopsmart_add_job with boundary values of each argument: done, or one of its documented errors.
\ir ../fixture/start.psql
\ir ../fixture/boundary_values.psql
SELECT plan(12);

SELECT * FROM pg_temp.survives('shopsmart_add_job',
    ARRAY[$$'own'$$, $$'shopsmart.job_history'$$, $$'1 hour'$$, $$'{}'$$, $$'1 hour'$$, $$'1 minute'$$], '{22023,42710,42883,42725}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_add_job',
    ARRAY[$$'own'$$, $$'shopsmart.job_history'$$, $$'1 hour'$$, $$'{}'$$, $$'1 hour'$$, $$'1 minute'$$], '{22023,42710,42883,42725}');

SELECT * FROM finish();
ROLLBACK;
