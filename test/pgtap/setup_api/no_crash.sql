-- shopsmart_setup_api with boundary values of its argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_setup_api', ARRAY[$$'api'$$], '{22023,55000}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_setup_api', ARRAY[$$'api'$$], '{22023,55000}');

SELECT * FROM finish();
ROLLBACK;
