-- shopsmart_search() in transactions: what was written is found, what was hidden is not, for whoever may see it.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

INSERT INTO shop.categories (category_id, parent_id, name) VALUES (1, NULL, 'Shoes'), (2, 1, 'Running shoes');
INSERT INTO shop.products (product_id, sku, name, brand, category_id, price, stock, description) VALUES
    (1, 'NK-100', 'Pegasus',      'Nike',   2, 120, 3, 'light and fast'),
    (2, 'NK-200', 'Air Max',      'Nike',   1,  90, 0, 'for running and walking'),
    (3, 'AD-1',   'Trail runner', 'Adidas', 1,  70, 5, NULL),
    (4, 'BR-9',   'Lamp',         NULL,  NULL,  20, 1, 'light');
SELECT * FROM shopsmart_search('shoes');
SELECT shopsmart_setup_search('english');
-- Rare words weigh most: the one product of a running category, then those that say it elsewhere.
SELECT rank, product_id, round(score::numeric, 4) AS score FROM shopsmart_search('nike running shoes', understand => false);
SELECT rank, product_id, round(score::numeric, 4) AS score FROM shopsmart_search('light');
-- One word in one field, by hand. N = 4, n = 1, rarity = ln(1 + 3.5 / 1.5) = 1.20397. Names have 1, 2, 2 and 1 words, mean 1.5:
-- frequency = 3 / (0.25 + 0.75 * 1 / 1.5) = 4, score = rarity * 2.2 * 4 / (1.2 + 4) = 2.0375.
SELECT rank, product_id, round(score::numeric, 4) AS score FROM shopsmart_search('pegasus');
SELECT rank, product_id FROM shopsmart_search('nk200');
SELECT rank, product_id FROM shopsmart_search('shoes', 10, '{"category": 2}');
SELECT rank, product_id FROM shopsmart_search('shoes', 10, '{"in_stock": true, "price": {"lte": 100}}');
SELECT rank, product_id FROM shopsmart_search('shoes', 1);
-- Settings.
SET shopsmart.search_category_weight = 0;
SELECT rank, product_id FROM shopsmart_search('shoes');
RESET shopsmart.search_category_weight;

-- The same transaction sees what it wrote; price and stock without a note.
BEGIN;
UPDATE shop.products SET name = 'Moonlight' WHERE product_id = 4;
UPDATE shop.products SET price = 60, stock = 1 WHERE product_id = 2;
INSERT INTO shop.products (product_id, name) VALUES (5, 'Moonlight shoes');
SELECT rank, product_id FROM shopsmart_search('moonlight');
SELECT rank, product_id FROM shopsmart_search('lamp');
SELECT rank, product_id FROM shopsmart_search('shoes', 10, '{"price": {"lte": 60}}');
SAVEPOINT before_more;
UPDATE shop.products SET name = 'Sunlight' WHERE product_id = 4;
DELETE FROM shop.products WHERE product_id = 5;
UPDATE shop.products SET is_active = false WHERE product_id = 3;
SELECT rank, product_id FROM shopsmart_search('moonlight sunlight runner');
ROLLBACK TO before_more;
SELECT rank, product_id FROM shopsmart_search('moonlight sunlight runner');
UPDATE shop.categories SET name = 'Trainers' WHERE category_id = 2;
SELECT rank, product_id FROM shopsmart_search('trainers');
SELECT products, words, changes FROM shopsmart_rebuild_search();
SELECT rank, product_id FROM shopsmart_search('trainers');
ROLLBACK;
SELECT rank, product_id FROM shopsmart_search('moonlight sunlight runner trainers');

-- A cursor answers from the moment when it was opened.
BEGIN;
DECLARE found CURSOR FOR SELECT rank, product_id FROM shopsmart_search('lamp');
UPDATE shop.products SET name = 'Torch' WHERE product_id = 4;
FETCH ALL FROM found;
ROLLBACK;

-- Row security of products holds, and the table is never read from end to end.
CREATE ROLE regress_shopsmart_shopper;
SELECT shopsmart_grant('regress_shopsmart_shopper', 'read');
ALTER TABLE shop.products ENABLE ROW LEVEL SECURITY;
CREATE POLICY in_stock ON shop.products TO regress_shopsmart_shopper USING (stock > 0);
SET ROLE regress_shopsmart_shopper;
SELECT rank, product_id FROM shopsmart_search('nike shoes', understand => false);
RESET ROLE;
ALTER TABLE shop.products DISABLE ROW LEVEL SECURITY;
REVOKE SELECT ON shopsmart.search_postings FROM regress_shopsmart_shopper;
SET ROLE regress_shopsmart_shopper;
SELECT rank, product_id FROM shopsmart_search('nike shoes');
RESET ROLE;
DROP OWNED BY regress_shopsmart_shopper;
DROP ROLE regress_shopsmart_shopper;

-- Words that no product holds are corrected, and the rows say so.
SELECT rank, product_id, answered_by FROM shopsmart_search('pegasos');
SELECT rank, product_id, answered_by FROM shopsmart_search('peg', correct => false);
SELECT rank, product_id, answered_by FROM shopsmart_search('pega');
SELECT rank, product_id, answered_by FROM shopsmart_search('qqqqqq lamp');
SELECT rank, product_id, answered_by FROM shopsmart_search('lamp');
SELECT shopsmart_did_you_mean('pegasos runing'), shopsmart_did_you_mean('lamp');

-- What the query says besides words: a brand and a category, bounds of the price, an order, what must not be there.
SELECT rank, product_id, answered_by FROM shopsmart_search('nike running shoes');
SELECT rank, product_id, answered_by FROM shopsmart_search('nike runing shoes under 100');
SELECT rank, product_id, answered_by FROM shopsmart_search('cheapest shoes over 75');
SELECT rank, product_id FROM shopsmart_search('cheapest shoes over 75', sort => 'price_desc', filter => '{"price": {"gte": 60}}');
SELECT rank, product_id FROM shopsmart_search('shoes without air');
SELECT jsonb_pretty(shopsmart_parse_query('Cheapest nike runing shoes, under $150 -air'));
-- A bound that leaves nothing is given up, and a page goes on where the first one was.
SELECT rank, product_id, answered_by FROM shopsmart_search('shoes under 10');
SELECT s.rank, s.product_id, s.answered_by FROM shopsmart_search('shoes under 10', 1) AS f, shopsmart_search('shoes under 10', after => f.cursor) AS s;
SELECT facet, value, products FROM shopsmart_facets('shoes over 75', facets => '{brand,price}');

-- The job rebuilds when enough changed.
SELECT status, rows, regexp_replace(message, 'since [^,]*: ', 'since ...: ') AS message FROM shopsmart_run_job('search');
UPDATE shop.products SET description = 'bright' WHERE product_id = 4;
SELECT status, rows, message FROM shopsmart_run_job('search');
SELECT count(*) AS changes FROM shopsmart.search_changes;
SELECT status, rows, message FROM shopsmart_run_job('search', force => true);

-- Errors.
SELECT * FROM shopsmart_search(NULL);
SELECT * FROM shopsmart_search('lamp', 0);
SELECT * FROM shopsmart_search('lamp', 10, '{"colour": "red"}');
CREATE TABLE elsewhere (product_id bigint);
CREATE TRIGGER early BEFORE INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION shopsmart.note_product_text();
INSERT INTO elsewhere VALUES (1);
DROP TRIGGER early ON elsewhere;
CREATE TRIGGER late AFTER INSERT ON elsewhere FOR EACH ROW EXECUTE FUNCTION shopsmart.note_product_text();
INSERT INTO elsewhere VALUES (1);
DROP TABLE elsewhere;
