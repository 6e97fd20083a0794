-- shopsmart_track with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(13);

SELECT * FROM pg_temp.survives('shopsmart_track', ARRAY[$$'user 1'$$, $$1$$, $$'view'$$, $$'s'$$, $$'{}'$$, $$'2026-06-30 12:00Z'$$, $$'k'$$],
    '{22023,22004,23503}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_track', ARRAY[$$'user 1'$$, $$1$$, $$'view'$$, $$'s'$$, $$'{}'$$, $$'2026-06-30 12:00Z'$$, $$'k'$$],
    '{22023,22004,23503}');

SELECT * FROM finish();
ROLLBACK;
