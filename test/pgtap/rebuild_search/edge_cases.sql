-- Edges of shopsmart_rebuild_search: no shop, an empty one, configurations.
\ir ../fixture/start.psql
SELECT plan(16);
SELECT lives_ok('SELECT shopsmart_rebuild_search(); ALTER TABLE shop.products ADD COLUMN color text', 'the products are free again in the same transaction');

SELECT results_eq('SELECT products, words, changes FROM shopsmart_rebuild_search()', 'VALUES (0::bigint, 0::bigint, 0::bigint)', 'an empty shop');
SELECT is_empty($$SELECT * FROM shopsmart_search('anything')$$, 'in which nothing is found');
INSERT INTO shop.products (product_id, name) VALUES (-9223372036854775808, 'Running shoes'), (9223372036854775807, repeat('x', 3000) || ' shoe');
SELECT results_eq('SELECT products, words, changes FROM shopsmart_rebuild_search(''english'')', 'VALUES (2::bigint, 3::bigint, 0::bigint)', 'stems, and a word too long to be typed');
SELECT results_eq($$SELECT product_id FROM shopsmart_search('shoes')$$, 'VALUES (-9223372036854775808), (9223372036854775807)', 'ids at both ends');
SELECT is((SELECT words FROM shopsmart_rebuild_search('simple')), 4::bigint, 'another configuration');
SELECT is((SELECT configuration FROM shopsmart.search_indexes), 'pg_catalog.simple', 'which the index remembers');
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT is((SELECT configuration FROM shopsmart.search_indexes), 'pg_catalog.simple', 'and keeps');
SELECT throws_ok('SELECT shopsmart_rebuild_search(0)', '42704', 'text search configuration 0 does not exist', 'no such configuration');
CREATE TEXT SEARCH CONFIGURATION public."odd. words" (COPY = pg_catalog.simple);
SELECT shopsmart_rebuild_search('public."odd. words"') \g /dev/null
SELECT is((SELECT configuration FROM shopsmart.search_indexes), 'public."odd. words"', 'a configuration with an odd name');
SELECT isnt_empty($$SELECT * FROM shopsmart_search('shoes')$$, 'by which searches go');
DROP TEXT SEARCH CONFIGURATION public."odd. words";
SELECT lives_ok($$INSERT INTO shop.products (product_id, name) VALUES (500, 'Blue shoes')$$, 'products may change after it was dropped');
SELECT throws_ok($$SELECT * FROM shopsmart_search('shoes')$$, '42704', 'the text search configuration of the search index does not exist any more', 'but searches say so');
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT isnt_empty($$SELECT * FROM shopsmart_search('blue shoes')$$, 'until the index is built anew');
SET LOCAL shopsmart.rebuild_memory = '1MB';
INSERT INTO shop.products (name) SELECT string_agg('w' || i || 'x' || p, ' ') FROM generate_series(1, 50) AS p, generate_series(1, 400) AS i GROUP BY p;
SELECT throws_ok('SELECT shopsmart_rebuild_search()', '53200', NULL, 'too little memory');
DELETE FROM shopsmart.shop;
SELECT throws_ok('SELECT shopsmart_rebuild_search()', '55000', 'the shop has no tables yet', 'no shop');

SELECT * FROM finish();
ROLLBACK;
