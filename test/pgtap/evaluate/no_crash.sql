-- shopsmart_evaluate with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(16);

SELECT * FROM pg_temp.survives('shopsmart_evaluate',
    ARRAY[$$'{cosine,trending}'$$, $$'time'$$, $$'{5,20}'$$, 'NULL', $$'2026-06-30 12:00Z'$$, $$'90 days'$$, 'NULL', 'false', '20000', '0'],
    '{22004,22023,2202E}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_evaluate',
    ARRAY[$$'{cosine,trending}'$$, $$'time'$$, $$'{5,20}'$$, 'NULL', $$'2026-06-30 12:00Z'$$, $$'90 days'$$, 'NULL', 'false', '20000', '0'],
    '{22004,22023,2202E}');

SELECT * FROM finish();
ROLLBACK;
