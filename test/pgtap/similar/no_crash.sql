-- shopsmart_similar with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(10);

SELECT * FROM pg_temp.survives('shopsmart_similar', ARRAY[$$1$$, $$10$$, $$'{}'$$, $$'popularity'$$],
    '{22023,22004,55000}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_similar', ARRAY[$$1$$, $$10$$, $$'{}'$$, $$'popularity'$$],
    '{22023,22004,55000}');

SELECT * FROM finish();
ROLLBACK;
