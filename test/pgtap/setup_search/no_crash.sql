-- shopsmart_setup_search with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_setup_search', ARRAY[$$'english'$$],
    '{42501,42704}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_setup_search', ARRAY[$$'english'$$],
    '{42501,42704}');

SELECT * FROM finish();
ROLLBACK;
