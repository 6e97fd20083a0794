-- shopsmart_rebuild_sessions with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(8);

SELECT * FROM pg_temp.survives('shopsmart_rebuild_sessions', ARRAY[$$'90 days'$$, $$'2026-06-30 12:00Z'$$],
    '{22023}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_rebuild_sessions', ARRAY[$$'90 days'$$, $$'2026-06-30 12:00Z'$$],
    '{22023}');

SELECT * FROM finish();
ROLLBACK;
