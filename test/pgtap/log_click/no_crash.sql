-- shopsmart_log_click with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_setup_search_log(), shopsmart_log_search('red shoes', 3) \g /dev/null
SELECT plan(10);

SELECT * FROM pg_temp.survives('shopsmart_log_click', ARRAY[$$1$$, $$1$$, $$2$$, $$'2026-06-30 12:00Z'$$],
    '{22023,22004,23503}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_log_click', ARRAY[$$1$$, $$1$$, $$2$$, $$'2026-06-30 12:00Z'$$],
    '{22023,22004,23503}');

SELECT * FROM finish();
ROLLBACK;
