-- shopsmart_rebuild_similarity() against numbers computed by hand (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

SELECT product_id, similar_product_id, round(score::numeric, 6) AS score, co_count, rank FROM shopsmart.item_similarity ORDER BY product_id, rank;
SELECT time_window, product_id, score, rank FROM shopsmart.trending_scores WHERE time_window = 'all' ORDER BY rank;
SELECT kind, as_of AT TIME ZONE 'UTC' AS as_of, lookback FROM shopsmart.generations ORDER BY kind;
-- The bits are those of the formula.
SELECT bool_and(score = CASE LEAST(product_id, similar_product_id) * 10 + GREATEST(product_id, similar_product_id)
    WHEN 12 THEN 5 / sqrt(4 * 36::float8) WHEN 13 THEN 9 / sqrt(4 * 36::float8) WHEN 23 THEN 21 / sqrt(36 * 36::float8)
    WHEN 24 THEN 8 / sqrt(36 * 2::float8) WHEN 34 THEN 6 / sqrt(36 * 2::float8) END) AS exact
FROM shopsmart.item_similarity;

-- What was done. 15 events of the last 90 days and an old one; baskets below.
SELECT events_read, users, products, pairs_kept, blocks, generation > 0 AS numbered,
       scan_seconds >= 0 AND similarity_seconds >= 0 AND basket_seconds >= 0 AND write_seconds >= 0 AND total_seconds > 0 AS timed,
       peak_memory_bytes > 0 AS measured
FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
-- A repeated rebuild changes nothing but the generation.
SELECT count(*), round(sum(score)::numeric, 6) AS scores FROM shopsmart.item_similarity;
SELECT count(DISTINCT generation) AS generations_current FROM shopsmart.generations WHERE kind <> 'trending';

-- Later events do not count: ten days earlier only 1 and 2 have two users in common.
SELECT events_read, users, products, pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-20 12:00Z');
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score, co_count FROM shopsmart.item_similarity ORDER BY 1, 2;

-- The look-back: after its start, not at it. 10 days = 240 hours is the age of two events of ben.
SELECT events_read, users, products, pairs_kept FROM shopsmart_rebuild_similarity('240 hours', '2026-06-30 12:00Z');
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score, co_count FROM shopsmart.item_similarity WHERE product_id < similar_product_id ORDER BY 1, 2;
SELECT users, products, pairs_kept FROM shopsmart_rebuild_similarity('240 hours 1 second', '2026-06-30 12:00Z');
-- Popularity has no look-back.
SELECT product_id, score FROM shopsmart.trending_scores WHERE time_window = 'all' ORDER BY rank;

-- Pairs of one user, and fewer neighbors. A setting gives the look-back when the argument does not.
SET shopsmart.min_co_count = 1;
SET shopsmart.kept_neighbors = 1;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score, co_count, rank FROM shopsmart.item_similarity ORDER BY 1;
SET shopsmart.min_co_count = 4;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
RESET shopsmart.min_co_count;
RESET shopsmart.kept_neighbors;
SET shopsmart.lookback = '1h';
SELECT users, products, pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT lookback FROM shopsmart.generations WHERE kind = 'similarity';
RESET shopsmart.lookback;

-- Ties go to the smaller id: every pair of three products seen by the same two users scores 1.
DELETE FROM shop.events;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, p, 'view', '2026-06-30 11:00Z' FROM generate_series(1, 2) AS u, generate_series(1, 3) AS p;
SELECT users, products, pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, similar_product_id, score, rank FROM shopsmart.item_similarity ORDER BY product_id, rank;
-- Repeated events add up: w = 2 for each, the cosine stays. Weight 0 adds nothing and makes no common user.
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) SELECT user_id, product_id, event_type, occurred_at FROM shop.events;
INSERT INTO shop.event_types VALUES ('glance', 0, false);
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) SELECT u, 4, 'glance', '2026-06-30 11:00Z' FROM generate_series(1, 3) AS u;
SELECT users, products, pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, similar_product_id, score, co_count FROM shopsmart.item_similarity WHERE product_id = 1 ORDER BY rank;

-- Hidden products stay in the model.
UPDATE shop.products SET is_active = false WHERE product_id = 2;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');

-- Threads and memory do not change the answer.
SET shopsmart.rebuild_threads = 7;
SET shopsmart.rebuild_memory = '1MB';
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT count(*), sum(score) FROM shopsmart.item_similarity;

-- Inside a transaction the new model is there at once and goes with a rollback.
DELETE FROM shop.events;
BEGIN;
SELECT events_read, users, products, pairs_kept, baskets, basket_pairs_kept, blocks FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT count(*) FROM shopsmart.item_similarity;
ROLLBACK;
SELECT count(*) FROM shopsmart.item_similarity;
-- Old generations do not pile up.
SELECT shopsmart_rebuild_similarity() IS NOT NULL AS rebuilt FROM generate_series(1, 3);
SELECT count(*) FROM shopsmart.neighbors;
SELECT count(*) FROM shopsmart.ranked_lists l WHERE NOT EXISTS (SELECT FROM shopsmart.generations g WHERE g.generation = l.generation);
