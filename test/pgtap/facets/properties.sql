-- What holds for every answer of shopsmart_facets: counts are those of plain SQL, and adding a value to the filter finds that many.
\ir ../fixture/start.psql
SELECT plan(7);

SELECT setseed(0.3) \g /dev/null
INSERT INTO shop.categories (category_id, parent_id, name) SELECT c, CASE WHEN c > 3 THEN c % 3 + 1 END, 'c' || c FROM generate_series(1, 9) AS c;
INSERT INTO shop.products (product_id, name, brand, category_id, price, rating, stock, attributes, is_active)
SELECT p, CASE WHEN p % 3 = 0 THEN 'red lamp' ELSE 'lamp' END, 'brand ' || nullif(p % 6, 0), nullif(p % 10, 0), round((1000 * random())::numeric, 2), p % 6, p % 2,
       jsonb_build_object('color', (ARRAY['red', 'green'])[p % 3], 'size', p % 4), p % 9 > 0 FROM generate_series(1, 500) AS p;
SELECT shopsmart_setup_search('simple') \g /dev/null

CREATE TEMPORARY TABLE request AS
SELECT query, filter::jsonb FROM unnest('{lamp,red lamp}'::text[]) AS query,
    (VALUES ('{}'), ('{"in_stock": true}'), ('{"brand": "brand 1"}'), ('{"brand": ["brand 1", "brand 2"], "category": 1}'), ('{"price": {"gte": 100, "lt": 600}, "rating": {"gte": 3}}'),
            ('{"attributes": {"color": "red", "size": 2}}'), ('{"attributes": {"color": "red"}, "brand": "brand 4", "price": {"gte": 50}}')) AS f (filter);
CREATE TEMPORARY TABLE answer AS
SELECT r.*, f.* FROM request r, shopsmart_facets(r.query, r.filter, '{brand,category,price,rating,attributes.color,attributes.size}', 1000, understand => false) AS f;
SELECT cmp_ok((SELECT count(DISTINCT facet) FROM answer), '=', 6::bigint, 'there is something of each facet');
-- The filter without the facet's own part.
CREATE FUNCTION pg_temp.others(filter jsonb, facet text) RETURNS jsonb LANGUAGE sql
RETURN CASE WHEN facet LIKE 'attributes.%' THEN filter #- string_to_array(facet, '.') ELSE filter - facet END;
CREATE FUNCTION pg_temp.found(query text, filter jsonb) RETURNS bigint LANGUAGE sql
RETURN (SELECT count(*) FROM shopsmart_search(query, 1000, filter, sort => 'newest', understand => false));
SELECT is_empty($$SELECT query, filter, facet, value, products FROM answer
                  WHERE products <> pg_temp.found(query, CASE WHEN facet LIKE 'attributes.%' THEN pg_temp.others(filter, facet)
                                                                   || jsonb_build_object('attributes', coalesce(pg_temp.others(filter, facet)->'attributes', '{}') || (adds->'attributes'))
                                                              ELSE pg_temp.others(filter, facet) || adds END)$$, 'each value finds as many as it says');
SELECT set_eq($$SELECT query, value, products FROM answer WHERE facet = 'brand' AND filter = '{"brand": "brand 1"}'$$,
              $$SELECT query, value, products FROM answer WHERE facet = 'brand' AND filter = '{}'$$, 'a facet ignores its own filter');
SELECT set_eq($$SELECT value, products FROM answer WHERE facet = 'brand' AND filter = '{}' AND query = 'lamp'$$, $$SELECT brand, count(*) FROM shop.products WHERE is_active AND brand IS NOT NULL AND name = 'lamp' OR is_active AND brand IS NOT NULL AND name = 'red lamp' GROUP BY 1$$, 'all values');
SELECT is_empty($$SELECT query, filter, sum(products) FROM answer WHERE facet = 'price' GROUP BY 1, 2 HAVING sum(products) <> pg_temp.found(query, filter - 'price') OR count(*) > 5$$, 'up to five ranges of prices hold all');
SELECT is((SELECT count(*) FROM shopsmart_facets('lamp', NULL, '{brand}', 2)), 2::bigint, 'k values of a facet');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT r.*, f.* FROM request r, shopsmart_facets(r.query, r.filter, '{brand,category,price,rating,attributes.color,attributes.size}', 1000, understand => false) AS f$$, 'TABLE answer', 'the same without direct reads');

SELECT * FROM finish();
ROLLBACK;
