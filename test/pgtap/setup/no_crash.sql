-- shopsmart_setup with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(8);

SELECT * FROM pg_temp.survives('shopsmart_setup', ARRAY[$$'shop'$$, $$true$$],
    '{22023,42501,42939,55000}', 'DELETE FROM shopsmart.shop;');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_setup', ARRAY[$$'shop'$$, $$true$$],
    '{22023,42501,42939,55000}', 'DELETE FROM shopsmart.shop;');

SELECT * FROM finish();
ROLLBACK;
