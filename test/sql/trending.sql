-- shopsmart_refresh_trending() and shopsmart_trending() against numbers computed by hand (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

-- 7d, half-life 2 days: 1: 2^-2 + 2^-1 = .75; 2: 3/2 + 5 * 2^-(1/4) = 5.704482; 3: 3/4 + 5/2 + 2^-(1/8) = 4.167004;
-- 4: 1/2 + 1 = 1.5; 5: 2^-(1/8) = .917004. 24h, half-life 6 hours: 2: 5/4; 3 and 5: 1/2 each; 4: 1.
-- 30d, half-life 10 days: 1: 1/4 + 2^-.4 + 2^-.2; 2: 1/2 + 3 * 2^-.2 + 5 * 2^-.05; 3: 1/2 + 3 * 2^-.4 + 5 * 2^-.2 + 2^-.025;
-- 4: 2^-.2 + 1; 5: 2^-.025.
SELECT time_window, product_id, round(score::numeric, 6) AS score, rank FROM shopsmart.trending_scores
WHERE category_id IS NULL AND time_window <> 'all' ORDER BY time_window, rank;
SELECT round((0.25 + 2^(-0.4) + 2^(-0.2))::numeric, 6) AS one, round((0.5 + 3 * 2^(-0.2) + 5 * 2^(-0.05))::numeric, 6) AS two,
       round((0.5 + 3 * 2^(-0.4) + 5 * 2^(-0.2) + 2^(-0.025))::numeric, 6) AS three, round((2^(-0.2) + 1)::numeric, 6) AS four;
-- Books hold their novels; a category without events has no list.
SELECT category_id, product_id, round(score::numeric, 6) AS score, rank FROM shopsmart.trending_scores
WHERE category_id IS NOT NULL AND time_window = '7d' ORDER BY category_id, rank;

SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending();
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(2);
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(category_id => 1);
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(10, 2);
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(10, 4);
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(10, 99);
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(time_window => '24h');
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(10, 3, '30d', '{"in_stock": true}');
SET shopsmart.trending_window = '24h';
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending(3);
RESET shopsmart.trending_window;
-- Not filled up, and nothing hidden or deleted in it.
UPDATE shop.products SET is_active = false WHERE product_id = 2;
DELETE FROM shop.products WHERE product_id = 3;
SELECT rank, product_id, round(score::numeric, 6) AS score FROM shopsmart_trending();
UPDATE shop.products SET is_active = true WHERE product_id = 2;

-- At its start a window does not count, at its end it does.
SELECT events_read, products, categories FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
DELETE FROM shop.events;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES
    (1, 1, 'view', '2026-06-29 12:00Z'), (1, 2, 'view', '2026-06-29 12:00:00.000001Z'), (1, 4, 'view', '2026-06-30 12:00Z'),
    (1, 5, 'view', '2026-06-30 12:00:00.000001Z'), (1, 6, 'view', '2026-06-23 12:00Z'), (1, 7, 'view', '2026-05-31 12:00Z');
SELECT scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT time_window, product_id, rank FROM shopsmart.trending_scores WHERE category_id IS NULL AND time_window <> 'all' ORDER BY time_window, rank;
-- Half-lives are settings. With a day, 24 hours ago weighs a half.
SET shopsmart.half_life_7d = '1d';
SELECT scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_trending() ORDER BY rank;
RESET shopsmart.half_life_7d;
-- Weight 0 alone does not trend.
UPDATE shop.event_types SET weight = 0;
SELECT scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT count(*) FROM shopsmart_trending();
UPDATE shop.event_types SET weight = 1;

-- A product belongs to the lists of all categories above it; a cycle in the tree ends where it began.
UPDATE shop.categories SET parent_id = 3 WHERE category_id = 1;
UPDATE shop.categories SET parent_id = 2 WHERE category_id = 3;
SELECT categories FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT category_id, array_agg(product_id ORDER BY rank) AS products FROM shopsmart.trending_scores WHERE category_id IS NOT NULL AND time_window = '7d' GROUP BY 1 ORDER BY 1;
SELECT product_id FROM shopsmart_trending(category_id => 3, filter => '{"category": 1}') ORDER BY rank;

-- A list longer than one stored row of 100 products keeps its order.
INSERT INTO shop.products (product_id, name) SELECT p, 'bulk' FROM generate_series(101, 350) AS p;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT 1, p, 'view', '2026-06-30 12:00Z'::timestamptz - make_interval(mins => p) FROM generate_series(101, 350) AS p;
SELECT products FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT count(*), bool_and(rank = product_id - 99) AS in_order FROM shopsmart_trending(1000) WHERE product_id > 100;
SELECT count(*) FILTER (WHERE time_window = '24h') AS day, count(*) FILTER (WHERE time_window = '30d') AS month, max(rank) FROM shopsmart.trending_scores WHERE category_id IS NULL AND time_window <> 'all';
-- Old generations do not pile up.
SELECT shopsmart_refresh_trending() IS NOT NULL AS refreshed FROM generate_series(1, 3);
SELECT count(*) FROM shopsmart.ranked_lists l WHERE NOT EXISTS (SELECT FROM shopsmart.generations g WHERE g.generation = l.generation);
