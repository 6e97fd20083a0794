-- What holds for every answer of shopsmart_recommend, on a random shop, for many requests.
\ir ../fixture/random_shop.psql
SELECT plan(18);

-- Requests of all kinds; user 51 and 52 do not exist.
CREATE TEMPORARY TABLE request AS
SELECT row_number() OVER () AS id, 'user ' || u AS user_id, k, nullif(u % 8, 0)::bigint AS category_id,
       (ARRAY['{"in_stock": true}', '{"brand": ["Acme", "Zen"]}', '{"price": {"gte": 20, "lt": 80}}', '{"attributes": {"color": "red"}}', NULL])[1 + u % 5]::jsonb AS filter,
       ARRAY[u, u + 3]::bigint[] AS exclude, '2026-06-30 12:00Z'::timestamptz - make_interval(days => u % 3) AS as_of, u % 2 = 0 AS include_seen
FROM generate_series(1, 52) AS u, (VALUES (1), (5), (40)) AS ks(k)
UNION ALL
SELECT 1000 + u, 'user ' || u, 40, NULL, NULL, '{}', '2026-06-30 12:00Z', u % 2 = 0 FROM generate_series(1, 52) AS u;
CREATE TEMPORARY TABLE answer AS
SELECT q.id, r.* FROM request q, shopsmart_recommend(q.user_id, q.k, q.category_id, q.filter, q.exclude, q.as_of, q.include_seen) r;
CREATE TEMPORARY TABLE candidate AS
SELECT q.id, p.product_id FROM request q, oracle.eligible(q.filter, q.category_id) AS p(product_id)
WHERE p.product_id <> ALL (q.exclude)
  AND (q.include_seen OR p.product_id NOT IN (SELECT h.product_id FROM oracle.history(q.user_id, q.as_of) h));

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 1500::bigint, 'there is something to judge');
SELECT is_empty($$SELECT q.id, q.k, (SELECT count(*) FROM candidate c WHERE c.id = q.id) AS eligible, (SELECT count(*) FROM answer a WHERE a.id = q.id) AS shown
                  FROM request q WHERE (SELECT count(*) FROM answer a WHERE a.id = q.id) <> LEAST(q.k, (SELECT count(*) FROM candidate c WHERE c.id = q.id))$$,
                'exactly min(k, eligible) rows');
SELECT is_empty($$SELECT id, product_id FROM answer EXCEPT SELECT id, product_id FROM candidate$$, 'only eligible products');
SELECT is_empty($$SELECT id, product_id FROM answer GROUP BY 1, 2 HAVING count(*) > 1$$, 'no product twice');
SELECT is_empty($$SELECT id FROM answer GROUP BY 1 HAVING min(rank) <> 1 OR max(rank) <> count(*) OR count(DISTINCT rank) <> count(*)$$, 'ranks 1..n');
SELECT is_empty($$SELECT id, rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM answer WINDOW w AS (PARTITION BY id, strategy ORDER BY rank)) AS a
                  WHERE score > before OR score = before AND product_id < product_before$$, 'inside a strategy: score descending, then product id');
SELECT is_empty($$SELECT DISTINCT strategy FROM answer WHERE strategy NOT IN ('personalized', 'category_trending', 'global_trending', 'popular', 'newest')$$, 'known strategies only');
SELECT is((SELECT count(DISTINCT strategy) FROM answer), 5::bigint, 'all of them occur');
SELECT is_empty($$SELECT id, rank FROM answer WHERE score IS NULL OR because IS NULL OR product_id IS NULL OR strategy = 'personalized' AND score <= 0$$, 'no nulls, positive personalised scores');
SELECT is_empty($$SELECT id, rank FROM answer WHERE (strategy = 'personalized') <> (because <> '{}')$$, 'personalised rows say why, others have nothing to say');
SELECT is_empty($$SELECT id, rank FROM answer WHERE cardinality(because) > 3$$, 'three reasons at most');
SELECT is_empty($$SELECT a.id, a.rank, b FROM answer a JOIN request q USING (id), unnest(a.because) AS b
                  WHERE b NOT IN (SELECT h.product_id FROM oracle.history(q.user_id, q.as_of) h)$$, 'reasons stand in the history');
SELECT is_empty($$SELECT a.id, a.product_id FROM answer a JOIN request q USING (id)
                  WHERE a.strategy = 'personalized' AND abs(a.score - (SELECT sum(contribution) FROM shopsmart_explain(q.user_id, a.product_id, q.as_of))) > 1e-6$$, 'contributions add up to the score');
SELECT is_empty($$SELECT a.id, a.rank FROM answer a JOIN request q USING (id)
                  WHERE a.strategy = 'personalized' AND a.because <> (SELECT array_agg(seed) FROM (SELECT e.seed_product_id AS seed FROM shopsmart_explain(q.user_id, a.product_id, q.as_of) e
                        GROUP BY 1 ORDER BY sum(e.contribution) DESC, 1 LIMIT 3) AS best)$$, 'the reasons are those with the largest contributions');
SELECT is_empty($$SELECT 1 FROM answer a JOIN request q USING (id) WHERE q.user_id IN ('user 51', 'user 52') AND a.strategy = 'personalized'$$, 'nothing is personal for an unknown user');
-- The first five of forty are the five of five.
SELECT is_empty($$SELECT q.id, a.* FROM request q, shopsmart_recommend(q.user_id, 5, q.category_id, q.filter, q.exclude, q.as_of, q.include_seen) a WHERE q.k = 40
                  EXCEPT SELECT q.id, b.rank, b.product_id, b.score, b.strategy, b.because FROM request q JOIN answer b USING (id) WHERE q.k = 40$$, 'a shorter list is the beginning of the longer one');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT q.id, r.* FROM request q, shopsmart_recommend(q.user_id, q.k, q.category_id, q.filter, q.exclude, q.as_of, q.include_seen) r$$, $$SELECT * FROM answer$$,
              'the same rows without direct reads');
SET LOCAL shopsmart.direct_reads = on;
SET LOCAL enable_indexscan = off;
SET LOCAL enable_bitmapscan = off;
SELECT set_eq($$SELECT q.id, r.* FROM request q, shopsmart_recommend(q.user_id, q.k, q.category_id, q.filter, q.exclude, q.as_of, q.include_seen) r$$, $$SELECT * FROM answer$$,
              'the same rows whatever the planner may use');

SELECT * FROM finish();
ROLLBACK;
