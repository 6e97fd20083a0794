-- shopsmart_cart with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_cart', ARRAY[$$'{1,2}'$$],
    '{22023,22004,2202E}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_cart', ARRAY[$$'{1,2}'$$],
    '{22023,22004,2202E}');

SELECT * FROM finish();
ROLLBACK;
