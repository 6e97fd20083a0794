-- shopsmart_recommend with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(15);

SELECT * FROM pg_temp.survives('shopsmart_recommend', ARRAY[$$'user 1'$$, $$10$$, $$1$$, $$'{}'$$, $$'{1,2}'$$, $$'2026-06-30 12:00Z'$$, $$false$$, $$'popularity'$$, $$'{view}'$$],
    '{22023,22004,2202E,55000}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_recommend', ARRAY[$$'user 1'$$, $$10$$, $$1$$, $$'{}'$$, $$'{1,2}'$$, $$'2026-06-30 12:00Z'$$, $$false$$, $$'popularity'$$, $$'{view}'$$],
    '{22023,22004,2202E,55000}');

SELECT * FROM finish();
ROLLBACK;
