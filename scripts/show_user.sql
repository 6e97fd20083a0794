-- Prints what a person needs to judge recommendations for a user: what they did, what they get, and why.
--
--   psql -v user_id=ana [-v as_of="'2011-12-09 12:50'"] -f scripts/show_user.sql
--
-- as_of (default: now) is the time at which the shop stands still.
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

\echo 'Why the first one: the events that weigh most, and what all of them add up to; shopsmart_explain(''':user_id''', product):'
SELECT left(p.name, 60) AS seed_product, x.event_type, to_char(x.occurred_at, 'YYYY-MM-DD HH24:MI') AS at, x.weight,
       round(x.similarity::numeric, 3) AS similarity, round(x.contribution::numeric, 3) AS contribution,
       round(sum(x.contribution) OVER ()::numeric, 3) AS sum_of_all
FROM shopsmart_recommend(:'user_id', 1, as_of => :as_of) r,
     shopsmart_explain(:'user_id', r.product_id, :as_of) x JOIN shop.products p ON p.product_id = x.seed_product_id
ORDER BY x.contribution DESC, x.occurred_at DESC LIMIT 6;

\echo 'The same ranking in a query of your own, of what costs less than 20: ORDER BY product_id <~> shopsmart_user(''':user_id''')'
SELECT left(p.name, 60) AS product, p.price
FROM shop.products p
WHERE p.is_active AND coalesce(p.price, 0) < 20 AND p.product_id NOT IN (SELECT shopsmart_seen(:'user_id', :as_of))
ORDER BY p.product_id <~> shopsmart_user(:'user_id', :as_of) LIMIT 5;
