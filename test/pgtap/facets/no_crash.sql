-- shopsmart_facets with boundary values of each argument: rows or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_setup_search() \g /dev/null
SELECT plan(12);

SELECT * FROM pg_temp.survives('shopsmart_facets', ARRAY[$$'product'$$, $$'{}'$$, $$'{brand,category,price,rating,attributes.color}'$$, $$10$$, $$true$$, $$true$$],
    '{22023,22004,2202E}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_facets', ARRAY[$$'product'$$, $$'{}'$$, $$'{brand,category,price,rating,attributes.color}'$$, $$10$$, $$true$$, $$true$$],
    '{22023,22004,2202E}');

SELECT * FROM finish();
ROLLBACK;
