-- shopsmart_similar(): neighbors, then trending, popular and new ones (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

-- 3 (3/4) and 2 (5/12); then trending of books (4), of the shop (5), popular (7), newest (8, 6).
SELECT rank, product_id, round(score::numeric, 6) AS score, co_count, strategy FROM shopsmart_similar(1);
SELECT rank, product_id, round(score::numeric, 6) AS score, co_count, strategy FROM shopsmart_similar(2, 3);
SELECT rank, product_id, round(score::numeric, 6) AS score, co_count, strategy FROM shopsmart_similar(k => 2, product_id => 3);
-- No neighbors: trending of toys, of the shop, and so on. No category: trending of the shop.
SELECT rank, product_id, round(score::numeric, 6) AS score, co_count, strategy FROM shopsmart_similar(5, 4);
SELECT rank, product_id, round(score::numeric, 6) AS score, co_count, strategy FROM shopsmart_similar(7, 2);
-- All kept neighbors count here, whatever scored_neighbors says.
SET shopsmart.scored_neighbors = 1;
SELECT rank, product_id, strategy FROM shopsmart_similar(2, 3);
RESET shopsmart.scored_neighbors;
SET shopsmart.trending_window = '24h';
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy FROM shopsmart_similar(7, 5);
RESET shopsmart.trending_window;
-- Filtered at every stage.
SELECT rank, product_id, co_count, strategy FROM shopsmart_similar(1, filter => '{"brand": ["Acme", "Nil"]}');
SELECT rank, product_id, co_count, strategy FROM shopsmart_similar(1, filter => '{"category": 1, "in_stock": true}');
-- A hidden product is not shown, and has similar ones all the same.
UPDATE shop.products SET is_active = false WHERE product_id = 3;
SELECT rank, product_id, strategy FROM shopsmart_similar(1, 3);
SELECT rank, product_id, strategy FROM shopsmart_similar(3, 2);
-- The category is that of now.
UPDATE shop.products SET category_id = 3 WHERE product_id = 4;
SELECT rank, product_id, strategy FROM shopsmart_similar(4, 5);
-- Unknown products and deleted ones have none.
SELECT * FROM shopsmart_similar(99);
SELECT * FROM shopsmart_similar(-9223372036854775808);
DELETE FROM shop.products WHERE product_id = 1;
SELECT * FROM shopsmart_similar(1);
SELECT rank, product_id, strategy FROM shopsmart_similar(2);
