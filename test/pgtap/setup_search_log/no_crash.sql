-- shopsmart_setup_search_log has no argument: it works, or the caller lacks the right.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(6);

SELECT * FROM pg_temp.survives('shopsmart_setup_search_log', '{}', '{}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_setup_search_log', '{}', '{}');

SELECT * FROM finish();
ROLLBACK;
