-- shopsmart_erase_user with boundary values: any text is a user who is not known.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(7);

SELECT * FROM pg_temp.survives('shopsmart_erase_user', ARRAY[$$'user 1'$$], '{}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_erase_user', ARRAY[$$'user 1'$$], '{}');

SELECT * FROM finish();
ROLLBACK;
