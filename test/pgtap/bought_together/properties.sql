-- What holds for every answer of shopsmart_bought_together, on a random shop.
\ir ../fixture/random_shop.psql
SELECT plan(11);

CREATE TEMPORARY TABLE request AS
SELECT row_number() OVER () AS id, ARRAY[p, q]::bigint[] AS cart, k FROM generate_series(1, 41) AS p, generate_series(1, 41, 5) AS q, (VALUES (1), (50)) AS ks(k);
CREATE TEMPORARY TABLE answer AS SELECT q.id, q.cart, b.* FROM request q, shopsmart_bought_together(q.cart, q.k) b;

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 500::bigint, 'there is something to judge');
SELECT is_empty($$SELECT id FROM answer WHERE product_id = ANY (cart)$$, 'nothing that is in the cart');
SELECT is_empty($$SELECT id FROM answer WHERE product_id NOT IN (SELECT oracle.eligible(NULL))$$, 'only eligible products');
SELECT is_empty($$SELECT id, product_id FROM answer GROUP BY 1, 2 HAVING count(*) > 1$$, 'no product twice');
SELECT is_empty($$SELECT id FROM answer GROUP BY 1 HAVING min(rank) <> 1 OR max(rank) <> count(*) OR count(DISTINCT rank) <> count(*)$$, 'ranks 1..n');
SELECT is_empty($$SELECT id, rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM answer WINDOW w AS (PARTITION BY id ORDER BY rank)) AS a
                  WHERE score > before OR score = before AND product_id < product_before$$, 'score descending, then product id');
SELECT is_empty($$SELECT id FROM answer WHERE score <= 0 OR support < 2$$, 'positive scores, at least two baskets');
SELECT is_empty($$SELECT a.id, a.product_id FROM answer a
                  WHERE abs(a.score - (SELECT sum(v.score) FROM shopsmart.basket_affinity v WHERE v.product_id = ANY (a.cart) AND v.other_product_id = a.product_id)) > 1e-9
                     OR a.support <> (SELECT max(v.support) FROM shopsmart.basket_affinity v WHERE v.product_id = ANY (a.cart) AND v.other_product_id = a.product_id)$$,
                'score and support are those of the view');
SELECT is_empty($$SELECT q.id FROM request q WHERE (SELECT count(*) FROM answer a WHERE a.id = q.id)
                  <> LEAST(q.k, (SELECT count(DISTINCT v.other_product_id) FROM shopsmart.basket_affinity v JOIN shop.products p ON p.product_id = v.other_product_id
                                 WHERE v.product_id = ANY (q.cart) AND v.other_product_id <> ALL (q.cart) AND p.is_active))$$, 'exactly min(k, eligible) rows');
SELECT is_empty($$SELECT v.product_id FROM shopsmart.basket_affinity v JOIN shopsmart.basket_affinity w ON (w.product_id, w.other_product_id) = (v.other_product_id, v.product_id)
                  WHERE (v.score, v.support) <> (w.score, w.support)$$, 'affinity is symmetric');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT q.id, q.cart, b.* FROM request q, shopsmart_bought_together(q.cart, q.k) b$$, $$SELECT * FROM answer$$, 'the same rows without direct reads');

SELECT * FROM finish();
ROLLBACK;
