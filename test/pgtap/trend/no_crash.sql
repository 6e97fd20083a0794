-- shopsmart_trend with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(8);

SELECT * FROM pg_temp.survives('shopsmart_trend', ARRAY[$$1$$, $$'7d'$$],
    '{22023}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_trend', ARRAY[$$1$$, $$'7d'$$],
    '{22023}');

SELECT * FROM finish();
ROLLBACK;
