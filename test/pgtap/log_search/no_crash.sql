-- shopsmart_log_search with boundary values of each argument: a number or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_setup_search_log() \g /dev/null
SELECT plan(11);

SELECT * FROM pg_temp.survives('shopsmart_log_search', ARRAY[$$'red shoes'$$, $$1$$, $$'words'$$, $$'user 1'$$, $$'2026-06-30 12:00Z'$$],
    '{22023,22004}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_log_search', ARRAY[$$'red shoes'$$, $$1$$, $$'words'$$, $$'user 1'$$, $$'2026-06-30 12:00Z'$$],
    '{22023,22004}');

SELECT * FROM finish();
ROLLBACK;
