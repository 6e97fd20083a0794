-- Prints what a person needs to judge recommendations: whom they are for, what they are, and why.
--
--   psql -v user_id=ana [-v as_of="'2011-12-09 12:50'"] -f scripts/show_recommendations.sql
--
-- Names are cut to 60 characters. as_of (default: now) is the time at which the shop stands still.
\set ON_ERROR_STOP on
\if :{?as_of} \else \set as_of 'now()' \endif
\pset footer off
\pset null ''

\echo
\echo What :user_id did last:
SELECT to_char(e.occurred_at, 'YYYY-MM-DD HH24:MI') AS at, e.event_type, left(p.name, 60) AS product
FROM shop.events e JOIN shop.users u USING (user_id) JOIN shop.products p USING (product_id)
WHERE u.external_id = :'user_id' AND e.occurred_at <= :as_of
ORDER BY e.occurred_at DESC, e.event_id DESC LIMIT 10;

\echo 'shopsmart_recommend(''':user_id'''):'
SELECT r.rank, left(p.name, 60) AS product, round(r.score::numeric, 3) AS score, r.strategy,
       (SELECT string_agg(left(seed.name, 30), '; ' ORDER BY because.ordinality)
        FROM unnest(r.because) WITH ORDINALITY AS because(product_id, ordinality)
        JOIN shop.products seed USING (product_id)) AS because
FROM shopsmart_recommend(:'user_id', 10, as_of => :as_of) r JOIN shop.products p USING (product_id)
ORDER BY r.rank;

\echo Why the first one; the contributions add up to its score: shopsmart_explain(user, product)
SELECT left(p.name, 60) AS seed_product, x.event_type, to_char(x.occurred_at, 'YYYY-MM-DD HH24:MI') AS at, x.weight,
       round(x.similarity::numeric, 3) AS similarity, round(x.contribution::numeric, 3) AS contribution
FROM shopsmart_recommend(:'user_id', 1, as_of => :as_of) r,
     shopsmart_explain(:'user_id', r.product_id, :as_of) x JOIN shop.products p ON p.product_id = x.seed_product_id
LIMIT 10;

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
