-- shopsmart_parse_query with boundary values of each argument: an object or nothing, no error; nor with random mixes of what it knows.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT shopsmart_setup_search() \g /dev/null
SELECT plan(10);

SELECT * FROM pg_temp.survives('shopsmart_parse_query', ARRAY[$$'product'$$, $$true$$],
    '{}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_parse_query', ARRAY[$$'product'$$, $$true$$],
    '{}');

SELECT setseed(0.7) \g /dev/null
CREATE TEMPORARY TABLE query AS
SELECT n, string_agg((ARRAY['under', 'over', '$', '80', '1,000.50', '-', 'not', 'without', 'a', 'red', 'Acme', 'product', '4', 'stars', 'and', 'up', 'between', 'cheapest', '''', '\', '(', '*', '"', '{', U&'\20AC',
                            U&'\+01F389', U&'\0645', U&'e\0301', U&'\00DF', '&', 'size', '[', '$$', '%s', '?', '+', '<', '!'])[1 + floor(38 * random())], CASE WHEN random() < 0.5 THEN ' ' ELSE '' END) AS query
FROM generate_series(1, 2000) AS n, generate_series(1, 12) GROUP BY n;
SELECT is_empty($$SELECT n, query, r FROM query, shopsmart_parse_query(query) AS p, jsonb_array_elements(p -> 'recognized') AS r
                  WHERE substr(query, (r ->> 'start')::integer, (r ->> 'length')::integer) IS DISTINCT FROM r ->> 'text' OR r ->> 'text' = ''$$, 'each part stands where it says');
SELECT lives_ok($$SELECT count(*) FROM query, shopsmart_search(query) AS s$$, 'searches survive them');

SELECT * FROM finish();
ROLLBACK;
