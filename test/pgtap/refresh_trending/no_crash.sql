-- shopsmart_refresh_trending with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_refresh_trending', ARRAY[$$'2026-06-30 12:00Z'$$],
    '{22023}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_refresh_trending', ARRAY[$$'2026-06-30 12:00Z'$$],
    '{22023}');

SELECT * FROM finish();
ROLLBACK;
