-- What the triggers of shopsmart_setup_search note: changes of a text, and nothing else.
\ir ../fixture/start.psql
SELECT plan(15);

INSERT INTO shop.categories (category_id, name) VALUES (1, 'Shoes'), (2, 'Boots');
INSERT INTO shop.products (product_id, name, category_id) SELECT p, 'model ' || p, 1 + p % 2 FROM generate_series(1, 10) AS p;
SELECT shopsmart_setup_search('english') \g /dev/null
CREATE FUNCTION pg_temp.noted() RETURNS bigint LANGUAGE sql AS 'WITH gone AS (DELETE FROM shopsmart.search_changes RETURNING 1) SELECT count(*) FROM gone';

UPDATE shop.products SET price = 1, stock = 2, rating = 3, is_active = false, attributes = '{"a": 1}', image_url = 'x';
SELECT is(pg_temp.noted(), 0::bigint, 'price, stock and the like: nothing');
UPDATE shop.products SET name = name, brand = brand;
SELECT is(pg_temp.noted(), 0::bigint, 'the same text again: nothing');
UPDATE shop.products SET brand = 'Acme' WHERE product_id = 1;
UPDATE shop.products SET name = 'other' WHERE product_id = 1;
UPDATE shop.products SET description = 'long' WHERE product_id = 1;
UPDATE shop.products SET sku = 'S-1' WHERE product_id = 1;
UPDATE shop.products SET category_id = NULL WHERE product_id = 1;
SELECT is((SELECT terms FROM shopsmart.search_changes ORDER BY change_id DESC LIMIT 1), '{1,acm,long,s1}'::text[], 'what a product says now');
SELECT is(pg_temp.noted(), 5::bigint, 'each text: a row');
INSERT INTO shop.products (product_id, name) VALUES (11, 'new'), (12, 'newer');
SELECT is(pg_temp.noted(), 2::bigint, 'each new product: a row');
DELETE FROM shop.products WHERE product_id = 12;
SELECT is(pg_temp.noted(), 0::bigint, 'a product that is gone: nothing');
UPDATE shop.categories SET name = 'Shoes' WHERE category_id = 1;
SELECT is(pg_temp.noted(), 0::bigint, 'the same name of a category: nothing');
UPDATE shop.categories SET name = 'Sandals' WHERE category_id = 1;
SELECT is(pg_temp.noted(), 5::bigint, 'another name: a row for each of its products');
UPDATE shop.products SET product_id = 100 WHERE product_id = 2;
SELECT is(pg_temp.noted(), 1::bigint, 'another id: a row');

-- A writer of products needs no right on anything of the extension.
CREATE ROLE regress_shopsmart_merchant;
GRANT USAGE ON SCHEMA shop TO regress_shopsmart_merchant;
GRANT SELECT, INSERT, UPDATE ON shop.products TO regress_shopsmart_merchant;
SET ROLE regress_shopsmart_merchant;
SELECT lives_ok($$INSERT INTO shop.products (product_id, name, category_id) VALUES (50, 'merchant', 1)$$, 'a merchant may insert');
SELECT lives_ok($$UPDATE shop.products SET name = 'merchants' WHERE product_id = 50$$, 'and update');
SELECT throws_ok('SELECT * FROM shopsmart.search_changes', '42501', NULL, 'and cannot read the notes');
SELECT throws_ok('CREATE TEMPORARY TABLE products (product_id bigint); CREATE TRIGGER t AFTER INSERT ON products FOR EACH ROW EXECUTE FUNCTION shopsmart.note_product_text()',
                 '42501', NULL, 'nor make others');
RESET ROLE;
SELECT is((SELECT array_agg(product_id) FROM shopsmart_search('merchant')), '{50}'::bigint[], 'found');
-- Without the index, words are noted until there is one.
DELETE FROM shopsmart.generations WHERE kind = 'search';
INSERT INTO shop.products (product_id, name) VALUES (60, 'waiting');
SELECT is((SELECT product_id FROM shopsmart.search_changes ORDER BY change_id DESC LIMIT 1), 60::bigint, 'noted before there is an index');

SELECT * FROM finish();
ROLLBACK;
