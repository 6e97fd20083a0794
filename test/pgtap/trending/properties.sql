-- What holds for every answer of shopsmart_trending, on a random shop.
\ir ../fixture/random_shop.psql
SELECT plan(8);

CREATE TEMPORARY TABLE request AS
SELECT row_number() OVER () AS id, k, nullif(c, 0)::bigint AS category_id, time_window, filter
FROM (VALUES (1), (50)) AS ks(k), generate_series(0, 8) AS c, (VALUES ('24h'), ('7d'), ('30d')) AS windows(time_window), (VALUES (NULL::jsonb), ('{"in_stock": true}')) AS filters(filter);
CREATE TEMPORARY TABLE answer AS SELECT q.id, q.category_id, q.time_window, t.* FROM request q, shopsmart_trending(q.k, q.category_id, q.time_window, q.filter) t;
CREATE TEMPORARY TABLE eligible AS SELECT q.id, e.product_id FROM request q, oracle.eligible(q.filter, q.category_id) AS e(product_id);

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 200::bigint, 'there is something to judge');
SELECT is_empty($$SELECT id, product_id FROM answer EXCEPT SELECT id, product_id FROM eligible$$, 'only eligible products of the category');
SELECT is_empty($$SELECT id, product_id FROM answer GROUP BY 1, 2 HAVING count(*) > 1$$, 'no product twice');
SELECT is_empty($$SELECT id FROM answer GROUP BY 1 HAVING min(rank) <> 1 OR max(rank) <> count(*) OR count(DISTINCT rank) <> count(*)$$, 'ranks 1..n');
SELECT is_empty($$SELECT id, rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM answer WINDOW w AS (PARTITION BY id ORDER BY rank)) AS a
                  WHERE score > before OR score = before AND product_id < product_before OR score <= 0$$, 'positive scores descending, then product id');
SELECT is_empty($$SELECT q.id FROM request q WHERE (SELECT count(*) FROM answer a WHERE a.id = q.id)
                  <> LEAST(q.k, (SELECT count(*) FROM shopsmart.trending_scores v WHERE v.time_window = q.time_window AND v.category_id IS NOT DISTINCT FROM q.category_id
                                                                                AND v.product_id IN (SELECT e.product_id FROM eligible e WHERE e.id = q.id)))$$, 'exactly min(k, eligible) rows of the list');
SELECT is_empty($$SELECT c.product_id FROM shopsmart.trending_scores c JOIN shopsmart.trending_scores s ON s.time_window = c.time_window AND s.category_id IS NULL AND s.product_id = c.product_id
                  WHERE c.category_id IS NOT NULL AND c.score <> s.score$$, 'a product has one score a window, whatever the list');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT q.id, q.category_id, q.time_window, t.* FROM request q, shopsmart_trending(q.k, q.category_id, q.time_window, q.filter) t$$, $$SELECT * FROM answer$$, 'the same rows without direct reads');

SELECT * FROM finish();
ROLLBACK;
