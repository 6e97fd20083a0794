-- What holds for every order of shopsmart_similar_to, on a random shop.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(7);

-- Product 41 does not exist.
CREATE TEMPORARY TABLE answer AS
SELECT q AS asked, f.condition, f.filter, pg_temp.by_index(r, f.condition) AS by_index, pg_temp.by_sort(r, f.condition) AS by_sort,
       pg_temp.by_index(r, format('p.is_active AND p.product_id <> %s AND (%s)', q, f.condition)) AS shown,
       ARRAY(SELECT s.product_id FROM shopsmart_similar(q, 1000, f.filter) s ORDER BY s.rank) AS alike
FROM generate_series(1, 41) AS q, filter f, shopsmart_similar_to(q) AS r;

SELECT cmp_ok((SELECT sum(cardinality(by_index)) FROM answer), '>', 3000::bigint, 'there is something to judge');
SELECT is_empty('SELECT asked, condition, by_index, by_sort FROM answer WHERE by_index <> by_sort', 'the index gives what a sort gives');
SELECT is_empty('SELECT asked, condition, shown, alike FROM answer WHERE shown <> alike AND asked <= 40', 'active products: as shopsmart_similar() shows them');
SELECT is_empty($$SELECT asked FROM answer WHERE condition = 'true' AND ARRAY(SELECT unnest(by_index) ORDER BY 1) <> ARRAY(SELECT product_id FROM shop.products ORDER BY 1)$$, 'every product comes once');
SELECT is_empty($$SELECT asked FROM answer WHERE condition = 'true' AND asked <= 40 AND by_index[40] <> asked$$, 'the product itself comes last');
SELECT is_empty($$SELECT asked FROM answer WHERE asked = 41 AND by_index <> pg_temp.by_index(NULL, condition)$$, 'nothing is like an unknown product: the order for nobody');
SET LOCAL shopsmart.direct_reads = off;
SELECT is_empty($$SELECT asked, condition FROM answer, shopsmart_similar_to(asked) AS r WHERE by_index <> pg_temp.by_index(r, condition) OR by_index <> pg_temp.by_sort(r, condition)$$, 'the same without direct reads');

SELECT * FROM finish();
ROLLBACK;
