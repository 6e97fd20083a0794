-- Prints what a shop shows to everybody: to a new user, beside its products and as trends.
--
--   psql [-v as_of="'2011-12-09 12:50'"] -f scripts/show_shop.sql
\set ON_ERROR_STOP on
\if :{?as_of} \else \set as_of 'now()' \endif
\pset footer off
\pset null ''

\echo 'Somebody whom the shop has never seen: shopsmart_recommend(''nobody-yet'', 5)'
SELECT r.rank, left(p.name, 60) AS product, round(r.score::numeric, 3) AS score, r.strategy
FROM shopsmart_recommend('nobody-yet', 5, as_of => :as_of) r JOIN shop.products p USING (product_id)
ORDER BY r.rank;

\echo Similar products and what is bought together, for the three products that sell best:
WITH best AS (
    SELECT l.product_id, l.rank FROM shopsmart.trending_scores l WHERE l.time_window = 'all' AND l.rank <= 3)
SELECT left(b.name, 45) AS product, s.rank, left(p.name, 60) AS similar, round(s.score::numeric, 3) AS score, s.co_count, s.strategy
FROM best JOIN shop.products b USING (product_id), shopsmart_similar(best.product_id, 5) s
JOIN shop.products p ON p.product_id = s.product_id
ORDER BY best.rank, s.rank;

WITH best AS (
    SELECT l.product_id, l.rank FROM shopsmart.trending_scores l WHERE l.time_window = 'all' AND l.rank <= 3)
SELECT left(b.name, 45) AS product, t.rank, left(p.name, 60) AS bought_together, round(t.score::numeric, 3) AS score, t.support
FROM best JOIN shop.products b USING (product_id), shopsmart_bought_together(ARRAY[best.product_id], 5) t
JOIN shop.products p ON p.product_id = t.product_id
ORDER BY best.rank, t.rank;

\echo shopsmart_trending(), the last seven days:
SELECT t.rank, left(p.name, 60) AS product, round(t.score::numeric, 3) AS score
FROM shopsmart_trending(10, time_window => '7d') t JOIN shop.products p USING (product_id)
ORDER BY t.rank;
