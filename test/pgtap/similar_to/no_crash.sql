-- shopsmart_similar_to with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_similar_to', ARRAY[$$1$$],
    '{}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_similar_to', ARRAY[$$1$$],
    '{}');

SELECT * FROM finish();
ROLLBACK;
