-- What holds for every answer of shopsmart_explain, on a random shop.
\ir ../fixture/random_shop.psql
SELECT plan(7);

CREATE TEMPORARY TABLE answer AS
SELECT u AS user_id, p AS product_id, e.* FROM generate_series(1, 50) AS u, generate_series(1, 40) AS p,
       LATERAL (SELECT row_number() OVER () AS position, x.* FROM shopsmart_explain('user ' || u, p, :'now') x) e;

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 1000::bigint, 'there is something to judge');
SELECT is_empty($$SELECT user_id, product_id FROM answer WHERE contribution <> weight * similarity OR weight <= 0 OR NOT (similarity > 0 AND similarity <= 1.000001)$$, 'contribution = weight * similarity, all positive');
SELECT is_empty($$SELECT user_id, product_id, position FROM (SELECT *, lag(occurred_at) OVER (PARTITION BY user_id, product_id ORDER BY position) AS before FROM answer) AS a WHERE occurred_at > before$$, 'newest event first');
SELECT is_empty($$SELECT a.user_id, a.product_id FROM answer a WHERE NOT EXISTS (
                      SELECT FROM shop.events e JOIN shop.event_types t USING (event_type)
                      WHERE (e.user_id, e.product_id, e.event_type, e.occurred_at) = (a.user_id, a.seed_product_id, a.event_type, a.occurred_at) AND a.weight <= t.weight)$$,
                'each row is an event of that user, which counts no more than its type');
SELECT is_empty($$SELECT a.user_id, a.product_id FROM answer a WHERE NOT EXISTS (
                      SELECT FROM shopsmart.item_similarity v WHERE (v.product_id, v.similar_product_id, v.score) = (a.seed_product_id, a.product_id, a.similarity) AND v.rank <= 20)$$, 'each similarity is one of the twenty best of its seed');
SELECT is_empty($$SELECT a.user_id, a.product_id FROM answer a GROUP BY 1, 2 HAVING count(*) > 50$$, 'not more rows than events in a history');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT u, p, e.* FROM generate_series(1, 50) AS u, generate_series(1, 40) AS p,
                LATERAL (SELECT row_number() OVER () AS position, x.* FROM shopsmart_explain('user ' || u, p, '2026-06-30 12:00Z') x) e$$, $$SELECT * FROM answer$$, 'the same rows without direct reads');

SELECT * FROM finish();
ROLLBACK;
