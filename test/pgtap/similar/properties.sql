-- What holds for every answer of shopsmart_similar, on a random shop.
\ir ../fixture/random_shop.psql
SELECT plan(11);

CREATE TEMPORARY TABLE request AS
SELECT row_number() OVER () AS id, p AS product_id, k, filter
FROM generate_series(1, 41) AS p, (VALUES (1), (7), (50)) AS ks(k), (VALUES (NULL::jsonb), ('{"in_stock": true}'), ('{"category": 1}')) AS filters(filter);
CREATE TEMPORARY TABLE answer AS SELECT q.id, q.product_id AS asked, s.* FROM request q, shopsmart_similar(q.product_id, q.k, q.filter) s;
CREATE TEMPORARY TABLE eligible AS SELECT q.id, e.product_id FROM request q, oracle.eligible(q.filter) AS e(product_id) WHERE e.product_id <> q.product_id;

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 3000::bigint, 'there is something to judge');
SELECT is_empty($$SELECT q.id FROM request q WHERE q.product_id <= 40 AND (SELECT count(*) FROM answer a WHERE a.id = q.id)
                  <> LEAST(q.k, (SELECT count(*) FROM eligible e WHERE e.id = q.id))$$, 'exactly min(k, eligible) rows');
SELECT is_empty($$SELECT id, product_id FROM answer EXCEPT SELECT id, product_id FROM eligible$$, 'only eligible products, never the product itself');
SELECT is_empty($$SELECT id, product_id FROM answer GROUP BY 1, 2 HAVING count(*) > 1$$, 'no product twice');
SELECT is_empty($$SELECT id FROM answer GROUP BY 1 HAVING min(rank) <> 1 OR max(rank) <> count(*) OR count(DISTINCT rank) <> count(*)$$, 'ranks 1..n');
SELECT is_empty($$SELECT id, rank FROM (SELECT *, lag(array_position('{similar,category_trending,global_trending,popular,newest}'::text[], strategy)) OVER w AS before,
                         array_position('{similar,category_trending,global_trending,popular,newest}'::text[], strategy) AS stage FROM answer WINDOW w AS (PARTITION BY id ORDER BY rank)) AS a
                  WHERE stage IS NULL OR stage < before$$, 'stages in their order');
SELECT is_empty($$SELECT id, rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM answer WINDOW w AS (PARTITION BY id, strategy ORDER BY rank)) AS a
                  WHERE score > before OR score = before AND product_id < product_before$$, 'inside a strategy: score descending, then product id');
SELECT is_empty($$SELECT id, rank FROM answer WHERE (strategy = 'similar') <> (co_count IS NOT NULL) OR co_count < 1 OR strategy = 'similar' AND NOT score > 0$$, 'a positive score, and a count, for similar rows alone');
SELECT set_eq($$SELECT a.asked, a.product_id, a.score, a.co_count FROM answer a JOIN request q USING (id) WHERE q.k = 50 AND q.filter IS NULL AND a.strategy = 'similar'$$,
              $$SELECT v.product_id, v.similar_product_id, v.score, v.co_count FROM shopsmart.item_similarity v JOIN shop.products p ON p.product_id = v.similar_product_id WHERE p.is_active$$,
              'the similar rows are those of the view');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT q.id, q.product_id AS asked, s.* FROM request q, shopsmart_similar(q.product_id, q.k, q.filter) s$$, $$SELECT * FROM answer$$, 'the same rows without direct reads');
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('plain', 'cosine', true);
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') \g /dev/null
SELECT is_empty($$SELECT v.product_id, v.similar_product_id FROM shopsmart.item_similarity v JOIN shopsmart.item_similarity w ON (w.product_id, w.similar_product_id) = (v.similar_product_id, v.product_id)
                  WHERE (v.score, v.co_count) <> (w.score, w.co_count) OR NOT v.score <= 1.000001$$, 'a cosine is symmetric and at most 1');

SELECT * FROM finish();
ROLLBACK;
