-- shopsmart_search with boundary values of each argument: rows or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_setup_search() \g /dev/null
SELECT plan(14);

SELECT * FROM pg_temp.survives('shopsmart_search', ARRAY[$$'product'$$, $$10$$, $$'{}'$$, $$true$$, $$'price_asc'$$, $$NULL$$, $$true$$, $$'user 1'$$],
    '{22023,22004}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_search', ARRAY[$$'product'$$, $$10$$, $$'{}'$$, $$true$$, $$'price_asc'$$, $$NULL$$, $$true$$, $$'user 1'$$],
    '{22023,22004}');

SELECT * FROM finish();
ROLLBACK;
