-- What holds for every order of shopsmart_cart, on a random shop.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(7);

CREATE TEMPORARY TABLE answer AS
SELECT c.cart, f.condition, f.filter, pg_temp.by_index(r, f.condition) AS by_index, pg_temp.by_sort(r, f.condition) AS by_sort,
       pg_temp.by_index(r, format('p.is_active AND p.product_id <> ALL (%L::bigint[]) AND (%s)', c.cart, f.condition)) AS shown,
       ARRAY(SELECT b.product_id FROM shopsmart_bought_together(c.cart, 1000, f.filter) b ORDER BY b.rank) AS together
FROM (SELECT ARRAY[p, q, q]::bigint[] FROM generate_series(1, 41) AS p, generate_series(1, 41, 8) AS q
      UNION ALL VALUES ('{}'::bigint[]), ('{41}'), ('{1,2,3,4,5,6,7,8,9,10}')) AS c(cart), filter f, shopsmart_cart(c.cart) AS r;

SELECT cmp_ok((SELECT count(*) FROM answer WHERE cardinality(together) > 1), '>', 200::bigint, 'there is something to judge');
SELECT is_empty('SELECT cart, condition, by_index, by_sort FROM answer WHERE by_index <> by_sort', 'the index gives what a sort gives');
SELECT is_empty('SELECT cart, condition, shown, together FROM answer WHERE shown[:cardinality(together)] <> together', 'it begins with what shopsmart_bought_together() shows');
SELECT is_empty($$SELECT cart FROM answer WHERE condition = 'true' AND ARRAY(SELECT unnest(by_index) ORDER BY 1) <> ARRAY(SELECT product_id FROM shop.products ORDER BY 1)$$, 'every product comes once');
SELECT is_empty($$SELECT cart, by_index FROM answer WHERE condition = 'true' AND NOT by_index[40 - (SELECT count(DISTINCT p) FROM unnest(cart) AS p WHERE p <= 40) + 1 :] <@ cart$$, 'the cart comes last');
SELECT is_empty($$SELECT cart FROM answer WHERE cart IN ('{}', '{41}') AND by_index <> pg_temp.by_index(NULL, condition)$$, 'without a known product the order for nobody');
SET LOCAL shopsmart.direct_reads = off;
SELECT is_empty($$SELECT cart, condition FROM answer, shopsmart_cart(cart) AS r WHERE by_index <> pg_temp.by_index(r, condition) OR by_index <> pg_temp.by_sort(r, condition)$$, 'the same without direct reads');

SELECT * FROM finish();
ROLLBACK;
