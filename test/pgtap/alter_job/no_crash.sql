-- shopsmart_alter_job with boundary values of each argument: done, no such job, or a value that no job can have.
\ir ../fixture/start.psql
\ir ../fixture/boundary_values.psql
SELECT plan(12);

SELECT * FROM pg_temp.survives('shopsmart_alter_job',
    ARRAY[$$'trending'$$, $$'1 hour'$$, 'true', $$'1 hour'$$, $$'1 minute'$$, $$'{"min_change": 0}'$$], '{22023,42704}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_alter_job',
    ARRAY[$$'trending'$$, $$'1 hour'$$, 'true', $$'1 hour'$$, $$'1 minute'$$, $$'{"min_change": 0}'$$], '{22023,42704}');

SELECT * FROM finish();
ROLLBACK;
