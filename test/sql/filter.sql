-- The jsonb filter: each key, their combination, each error (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

-- All eight products pass through recommend for an unknown user; sorted, so that only the filter matters.
CREATE FUNCTION passing(filter jsonb) RETURNS bigint[] LANGUAGE sql
RETURN (SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_recommend('nobody', 10, filter => passing.filter, as_of => '2026-06-30 13:00Z'));

SELECT passing(NULL) AS no_filter, passing('null') AS json_null, passing('{}') AS empty;
-- category: with its descendants
SELECT passing('{"category": 1}') AS books, passing('{"category": 2}') AS novels, passing('{"category": [2, 3]}') AS two, passing('{"category": 4}') AS empty, passing('{"category": 99}') AS unknown;
SELECT passing('{"category": 3.0}') AS whole, passing('{"category": [99, 3, 3]}') AS repeated, passing('{"category": -9223372036854775808}') AS smallest;
-- brand: exact, never pasted into SQL; NULL matches nothing
SELECT passing('{"brand": "Acme"}') AS acme, passing('{"brand": ["Zen", "Nil"]}') AS two, passing('{"brand": "acme"}') AS lower, passing('{"brand": ""}') AS empty,
       passing('{"brand": "'') OR true --"}') AS hostile;
-- price and rating: NULL never matches
SELECT passing('{"price": {"gt": 20}}') AS gt, passing('{"price": {"gte": 20}}') AS gte, passing('{"price": {"lt": 20}}') AS lt, passing('{"price": {"lte": 20}}') AS lte;
SELECT passing('{"price": {"gte": 10, "lt": 50}}') AS range, passing('{"price": {"gt": 10, "gte": 30, "lt": 60, "lte": 50}}') AS all_four, passing('{"price": {"gte": 1e300}}') AS huge,
       passing('{"price": {"gt": 19.999999, "lt": 20.000001}}') AS exact, passing('{"price": {"gt": 50, "lt": 10}}') AS nothing;
SELECT passing('{"rating": {"gte": 4}}') AS rated_4, passing('{"rating": {"lt": 1}}') AS below_1, passing('{"rating": {"gte": 0}}') AS rated;
-- in_stock
SELECT passing('{"in_stock": true}') AS in_stock, passing('{"in_stock": false}') AS sold_out;
-- attributes: containment
SELECT passing('{"attributes": {"color": "red"}}') AS red, passing('{"attributes": {"sizes": [2]}}') AS size_2, passing('{"attributes": {"sizes": []}}') AS sizes,
       passing('{"attributes": {"color": null}}') AS color_null, passing('{"attributes": {}}') AS any;
-- all together
SELECT passing('{"category": 1, "brand": ["Acme", "Zen"], "price": {"lte": 10}, "rating": {"gte": 4.5}, "in_stock": true, "attributes": {"color": "red"}}') AS one;
-- with category_id, and a list that is filled across stages
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', 10, 1, '{"brand": "Acme"}', as_of => '2026-06-30 13:00Z');
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', 3, filter => '{"brand": ["Nil", "Acme"]}', as_of => '2026-06-30 13:00Z');
-- The same filter means the same everywhere.
SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_similar(2, 10, '{"rating": {"gte": 3}}');
SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_trending(10, NULL, '30d', '{"rating": {"gte": 3}}');
-- A thousand elements are allowed.
SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_recommend('nobody', 10, filter => jsonb_build_object('category', (SELECT jsonb_agg(i) FROM generate_series(2, 1001) AS i)), as_of => '2026-06-30 13:00Z');
-- A cycle in the category tree ends where it began.
BEGIN;
UPDATE shop.categories SET parent_id = 2 WHERE category_id = 1;
SELECT passing('{"category": 2}') AS both;
ROLLBACK;
-- Few of many products pass.
BEGIN;
INSERT INTO shop.products (product_id, name, brand, price, created_at) SELECT p, 'bulk', 'Bulk', p, '2025-01-01 00:00Z' FROM generate_series(101, 3100) AS p;
SELECT passing('{"price": {"gte": 3099}}') AS dear, passing('{"brand": "Nil"}') AS rare;
SELECT count(*), count(DISTINCT product_id), min(product_id), max(product_id) FROM shopsmart_recommend('nobody', 1000, filter => '{"brand": "Bulk"}', as_of => '2026-06-30 13:00Z');
ROLLBACK;

-- Errors name the key.
SELECT passing('[]');
SELECT passing('"brand"');
SELECT passing('3');
SELECT passing('{"colour": "red"}');
SELECT passing('{"": 1}');
SELECT passing('{"Category": 1}');
SELECT passing('{"category": "1"}');
SELECT passing('{"category": null}');
SELECT passing('{"category": []}');
SELECT passing('{"category": [1, "2"]}');
SELECT passing('{"category": [[1]]}');
SELECT passing('{"category": {"id": 1}}');
SELECT passing('{"category": 1.5}');
SELECT passing('{"category": 9223372036854775808}');
SELECT passing('{"brand": 1}');
SELECT passing('{"brand": null}');
SELECT passing('{"brand": []}');
SELECT passing('{"brand": ["Acme", null]}');
SELECT passing('{"price": 10}');
SELECT passing('{"price": {}}');
SELECT passing('{"price": [10, 20]}');
SELECT passing('{"price": {"min": 10}}');
SELECT passing('{"price": {"gte": "10"}}');
SELECT passing('{"price": {"gte": null}}');
SELECT passing('{"price": {"gte": [1]}}');
SELECT passing('{"rating": {"gte": {"x": 1}}}');
SELECT passing('{"rating": true}');
SELECT passing('{"in_stock": "yes"}');
SELECT passing('{"in_stock": 1}');
SELECT passing('{"in_stock": null}');
SELECT passing('{"attributes": [1]}');
SELECT passing('{"attributes": "red"}');
SELECT passing('{"attributes": null}');
SELECT passing(jsonb_build_object('category', (SELECT jsonb_agg(i) FROM generate_series(1, 1001) AS i)));
SELECT passing(jsonb_build_object('brand', (SELECT jsonb_agg(i::text) FROM generate_series(1, 1001) AS i)));
SELECT passing(jsonb_build_object('brand', repeat('x', 70000)));
-- One bad key among good ones, in each function that takes a filter.
SELECT * FROM shopsmart_similar(1, 10, '{"brand": "Acme", "size": 3}');
SELECT * FROM shopsmart_bought_together('{1}', 10, '{"brand": "Acme", "size": 3}');
SELECT * FROM shopsmart_trending(10, NULL, NULL, '{"brand": "Acme", "size": 3}');
DROP FUNCTION passing;
