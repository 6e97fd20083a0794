-- shopsmart_next with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_rebuild_sessions('2160 hours', :'now') \g /dev/null
SELECT plan(13);

SELECT * FROM pg_temp.survives('shopsmart_next', ARRAY[$$'user 1'$$, $$10$$, $$1$$, $$'{}'$$, $$'{1,2}'$$, $$'2026-06-30 12:00Z'$$, $$false$$],
    '{22023,22004,2202E}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_next', ARRAY[$$'user 1'$$, $$10$$, $$1$$, $$'{}'$$, $$'{1,2}'$$, $$'2026-06-30 12:00Z'$$, $$false$$],
    '{22023,22004,2202E}');

SELECT * FROM finish();
ROLLBACK;
