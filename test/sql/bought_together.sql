-- shopsmart_bought_together(): one product or a cart.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

INSERT INTO shop.products (product_id, name, brand) SELECT p, 'product ' || p, CASE WHEN p % 2 = 0 THEN 'Even' END FROM generate_series(1, 6) AS p;
INSERT INTO shop.users (user_id, external_id) SELECT u, 'user ' || u FROM generate_series(1, 9) AS u;
-- Baskets: {1,2} three times, {1,3} twice, {2,3,4} twice, {4,5} once, {5} once.
-- n: 1 in 5, 2 in 5, 3 in 4, 4 in 3, 5 in 2. Kept (two baskets or more): 1-2 3/5, 1-3 2/sqrt(20), 2-3 2/sqrt(20), 2-4 2/sqrt(15), 3-4 2/sqrt(12).
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT basket_user, p, 'purchase', '2026-06-30 10:00Z'
FROM (VALUES (1, '{1,2}'::bigint[]), (2, '{1,2}'), (3, '{1,2}'), (4, '{1,3}'), (5, '{1,3}'), (6, '{2,3,4}'), (7, '{2,3,4}'), (8, '{4,5}'), (9, '{5}')) AS b(basket_user, products),
     unnest(products) AS p;
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');

SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{1}');
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{2}', 2);
-- A cart: scores add up, support is the largest one. 2: 3/5 + 2/sqrt(15), support 3; 3: 2/sqrt(20) + 2/sqrt(12), support 2.
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{1, 4}');
SELECT round((3 / 5.0 + 2 / sqrt(15))::numeric, 6) AS two, round((2 / sqrt(20) + 2 / sqrt(12))::numeric, 6) AS three;
-- Twice in the cart is once; unknown products add nothing; bounds of the array do not matter.
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{4, 1, 1, 99}');
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('[0:1]={1,4}');
-- Not filled up: no shared basket, no row.
SELECT * FROM shopsmart_bought_together('{5}');
SELECT * FROM shopsmart_bought_together('{99}');
SELECT * FROM shopsmart_bought_together('{}');
SELECT * FROM shopsmart_bought_together('{1, 2, 3, 4}');
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{2}', filter => '{"brand": "Even"}');
SELECT count(*) FROM shopsmart_bought_together((SELECT array_agg(p) FROM generate_series(1, 1000) AS p));
UPDATE shop.products SET is_active = false WHERE product_id = 2;
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{1}');
-- A hidden product in the cart still speaks, a deleted one does not.
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{2}', 1);
DELETE FROM shop.products WHERE product_id = 2;
SELECT * FROM shopsmart_bought_together('{2}');
SELECT rank, product_id, round(score::numeric, 6) AS score, support FROM shopsmart_bought_together('{2, 1}');
