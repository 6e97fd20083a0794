-- shopsmart_did_you_mean with boundary values of its argument: a text or nothing, no error.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_setup_search() \g /dev/null
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_did_you_mean', ARRAY[$$'product'$$],
    '{}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_did_you_mean', ARRAY[$$'product'$$],
    '{}');

SELECT * FROM finish();
ROLLBACK;
