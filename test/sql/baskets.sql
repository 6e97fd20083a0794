-- Baskets: what is bought in one visit, by user, session and time.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

INSERT INTO shop.products (product_id, name) SELECT p, 'product ' || p FROM generate_series(1, 9) AS p;
INSERT INTO shop.users (user_id, external_id) SELECT u, 'user ' || u FROM generate_series(1, 5) AS u;
INSERT INTO shop.events (user_id, product_id, event_type, session_id, occurred_at) VALUES
    -- One basket of 1, 2, 3; the view is no line, and 1 counts once.
    (1, 1, 'purchase', 'a', '2026-06-01 10:00Z'), (1, 2, 'add_to_cart', 'a', '2026-06-01 11:00Z'), (1, 1, 'purchase', 'a', '2026-06-01 12:00Z'),
    (1, 3, 'purchase', 'a', '2026-06-01 13:00Z'), (1, 4, 'view', 'a', '2026-06-01 13:00Z'),
    -- Another session of the same user at the same time: a basket of its own.
    (1, 1, 'purchase', 'b', '2026-06-01 10:30Z'), (1, 2, 'purchase', 'b', '2026-06-01 10:30Z'),
    -- No session is a session. The span counts from the first event and includes its end: 1, 2 and 3, then 4 alone.
    (2, 1, 'purchase', NULL, '2026-06-02 10:00Z'), (2, 2, 'purchase', NULL, '2026-06-03 09:00Z'), (2, 3, 'purchase', NULL, '2026-06-03 10:00Z'),
    (2, 4, 'purchase', NULL, '2026-06-03 10:00:00.000001Z'),
    -- Other users, same session name: two baskets. User 4 has 3 and 4 twice.
    (3, 3, 'purchase', 'a', '2026-06-01 10:00Z'), (4, 4, 'purchase', 'a', '2026-06-01 10:00Z'),
    (4, 3, 'purchase', 'a', '2026-06-01 10:00Z'), (4, 3, 'purchase', 'a', '2026-06-05 10:00Z'), (4, 4, 'purchase', 'a', '2026-06-05 11:00Z'),
    -- Too late.
    (5, 1, 'purchase', NULL, '2026-07-01 10:00Z'), (5, 4, 'purchase', NULL, '2026-07-01 10:00Z');

-- Baskets: {1,2,3} {1,2} {1,2,3} {4} {3} {3,4} {3,4}. n: 1 in 3, 2 in 3, 3 in 5, 4 in 3.
-- Supports: 1-2 3, 1-3 2, 2-3 2, 3-4 2. Scores: 3/3, 2/sqrt(15), 2/sqrt(15), 2/sqrt(15).
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, other_product_id, round(score::numeric, 6) AS score, support, rank FROM shopsmart.basket_affinity ORDER BY product_id, rank;
SELECT bool_and(score = CASE support WHEN 3 THEN 1 ELSE 2 / sqrt(15::float8) END) AS exact FROM shopsmart.basket_affinity;

-- The look-back cuts baskets too: after 2026-06-02 10:00 the basket of user 2 starts with product 2 and takes 4 in.
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity('674 hours', '2026-06-30 12:00Z');
SET shopsmart.min_co_count = 1;
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity('674 hours', '2026-06-30 12:00Z');
SELECT product_id, other_product_id, round(score::numeric, 6) AS score, support, rank FROM shopsmart.basket_affinity ORDER BY product_id, rank;

-- A shorter span. With 0 only simultaneous events share a basket: {1,2} of session b and {3,4} of user 4.
SET shopsmart.basket_span = '59min';
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SET shopsmart.basket_span = 0;
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, other_product_id, round(score::numeric, 6) AS score, support FROM shopsmart.basket_affinity ORDER BY product_id, rank;
RESET shopsmart.basket_span;

-- Event types decide what is a line, whatever their weight.
UPDATE shop.event_types SET weight = 0 WHERE event_type = 'purchase';
UPDATE shop.event_types SET in_basket = false WHERE event_type = 'add_to_cart';
UPDATE shop.event_types SET in_basket = true WHERE event_type = 'view';
SELECT baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, other_product_id, round(score::numeric, 6) AS score, support FROM shopsmart.basket_affinity WHERE product_id = 4 ORDER BY rank;
SELECT count(*) FROM shopsmart.item_similarity;
