-- Edges of shopsmart_facets: nothing to count, odd attributes, facets that are none.
\ir ../fixture/start.psql
SELECT plan(18);

INSERT INTO shop.products (product_id, name, price, rating, attributes) VALUES
    (1, 'lamp', NULL, NULL, '{"size": null, "o''dd \"key": 1}'), (2, 'lamp', 0, 0.5, '{"size": 5, "o''dd \"key": "1"}'), (3, 'lamp', 10, 5, '{"size": [1, 2], "a": {"b": 1}}'), (4, 'chair', 20, 4, '{}');
SELECT throws_ok($$SELECT * FROM shopsmart_facets('lamp')$$, '55000', 'there is no search index', 'without an index');
SELECT shopsmart_setup_search('simple') \g /dev/null
SELECT is_empty($$SELECT * FROM shopsmart_facets('nothing')$$, 'nothing found');
SELECT is_empty($$SELECT * FROM shopsmart_facets('lamp', facets => '{}')$$, 'no facets');
SELECT is_empty($$SELECT * FROM shopsmart_facets('lamp', facets => '{brand,category}')$$, 'no values');
SELECT set_eq($$SELECT value, products, adds FROM shopsmart_facets('lamp', facets => '{attributes.size}')$$, $$VALUES ('5', 1::bigint, '{"attributes": {"size": 5}}'::jsonb), ('[1, 2]', 1, '{"attributes": {"size": [1, 2]}}')$$, 'values are what JSON has');
SELECT set_eq($$SELECT value, products, adds FROM shopsmart_facets('lamp', facets => ARRAY['attributes.o''dd "key'])$$,
              $$VALUES ('1', 1::bigint, '{"attributes": {"o''dd \"key": 1}}'::jsonb), ('1', 1, '{"attributes": {"o''dd \"key": "1"}}')$$, 'odd keys');
SELECT results_eq($$SELECT value, products FROM shopsmart_facets('lamp', facets => '{rating}')$$, $$VALUES ('4', 1::bigint), ('3', 1), ('2', 1), ('1', 1)$$, 'ratings add up');
SELECT is((SELECT sum(products) FROM shopsmart_facets('lamp', facets => '{price}')), 2::numeric, 'a price of 0 counts, none does not');
SELECT is((SELECT sum(products) FROM shopsmart_facets('lamp chair', facets => '{price}')), 3::numeric, 'when nothing holds all words, any');
SELECT throws_ok($$SELECT * FROM shopsmart_facets('lamp', facets => '{color}')$$, '22023', 'unknown facet "color"', 'no facet');
SELECT throws_ok($$SELECT * FROM shopsmart_facets('lamp', facets => '{attributes.}')$$, '22023', 'unknown facet "attributes."', 'no key');
SELECT throws_ok($$SELECT * FROM shopsmart_facets('lamp', facets => '{brand,brand}')$$, '22023', 'facets holds the same facet twice', 'twice');
SELECT throws_ok($$SELECT * FROM shopsmart_facets('lamp', facets => '{attributes.a,attributes.b,attributes.c,attributes.d,attributes.e,attributes.f,attributes.g,attributes.h,attributes.i,attributes.j,attributes.k}')$$,
                 '22023', 'facets has 11 elements', 'too many');

-- Values that are equal but not alike, and such as are stored apart from their rows.
INSERT INTO shop.products (product_id, name, price, brand, attributes) VALUES (5, 'sofa', 5, 'b', '{"size": 5, "long": 1}'), (6, 'sofa', 5, 'a', '{"size": 5.0}'), (7, 'sofa', 100, 'b', '{"size": "5"}');
ALTER TABLE shop.products ALTER price TYPE numeric, ALTER attributes SET STORAGE external;
UPDATE shop.products SET price = 5.000 WHERE product_id = 6;
UPDATE shop.products SET attributes = jsonb_build_object('long', repeat('x', 10000)), brand = repeat('y', 10000) WHERE product_id = 7;
SELECT results_eq($$SELECT value, products FROM shopsmart_facets('sofa', facets => '{attributes.size}')$$, $$VALUES ('5', 2::bigint)$$, 'numbers of different scale are one value');
SELECT results_eq($$SELECT value, products FROM shopsmart_facets('sofa', facets => '{price}')$$, $$VALUES ('5.0-100', 2::bigint), ('100-', 1)$$, '... and prices fall into ranges as numbers');
SELECT results_eq($$SELECT length(value), products FROM shopsmart_facets('sofa', facets => '{attributes.long,brand}')$$, $$VALUES (10000, 1::bigint), (1, 1), (1, 1), (1, 1), (10000, 1)$$, 'long values');
CREATE COLLATION pg_temp.any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
DROP TRIGGER shopsmart_search_update ON shop.products;
ALTER TABLE shop.products ALTER brand TYPE text COLLATE pg_temp.any_case;
UPDATE shop.products SET brand = upper(brand) WHERE product_id = 6;
UPDATE shop.products SET brand = 'a' WHERE product_id = 7;
SELECT is((SELECT string_agg(value || products, ' ') FROM shopsmart_facets('sofa', facets => '{brand}')), 'A2 b1', 'brands are one where the collation says so');
SELECT is((SELECT products FROM shopsmart_facets('sofa', '{"price": {"lt": 50}}', '{brand}') WHERE value = 'A'), 1::bigint, 'what the transaction wrote counts');

SELECT * FROM finish();
ROLLBACK;
