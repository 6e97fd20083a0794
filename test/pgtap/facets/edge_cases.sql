-- Edges of shopsmart_facets: nothing to count, odd attributes, facets that are none.
\ir ../fixture/start.psql
SELECT plan(13);

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

SELECT * FROM finish();
ROLLBACK;
