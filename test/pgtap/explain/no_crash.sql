-- shopsmart_explain with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(10);

SELECT * FROM pg_temp.survives('shopsmart_explain', ARRAY[$$'user 1'$$, $$1$$, $$'2026-06-30 12:00Z'$$, $$'popularity'$$],
    '{22023,22004,55000}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_explain', ARRAY[$$'user 1'$$, $$1$$, $$'2026-06-30 12:00Z'$$, $$'popularity'$$],
    '{22023,22004,55000}');

SELECT * FROM finish();
ROLLBACK;
