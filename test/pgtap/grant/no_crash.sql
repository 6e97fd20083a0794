-- shopsmart_grant with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
CREATE ROLE regress_shopsmart_grantee;
SELECT plan(8);

SELECT * FROM pg_temp.survives('shopsmart_grant', ARRAY[$$'regress_shopsmart_grantee'$$, $$'read'$$],
    '{22023,42704}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_grant', ARRAY[$$'regress_shopsmart_grantee'$$, $$'read'$$],
    '{22023,42704}');

SELECT * FROM finish();
ROLLBACK;
