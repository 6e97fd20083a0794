-- What holds for every rank: one number for each product, and the order that the index walks.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(9);

CREATE TEMPORARY TABLE ranking AS
SELECT shopsmart_user('user ' || u, :'now') AS r FROM generate_series(1, 52) AS u UNION ALL SELECT shopsmart_similar_to(p) FROM generate_series(1, 41) AS p
UNION ALL SELECT shopsmart_cart(ARRAY[p, p + 7]) FROM generate_series(1, 41) AS p UNION ALL SELECT shopsmart_trend(c) FROM generate_series(0, 8) AS c UNION ALL VALUES (NULL::shopsmart_ranking);
CREATE TEMPORARY TABLE ranked AS SELECT r, p.product_id, p.product_id <~> r AS rank FROM ranking, shop.products p;

SELECT cmp_ok((SELECT count(*) FROM ranked), '>', 5000::bigint, 'there is something to judge');
SELECT is_empty('SELECT r::text, product_id FROM ranked WHERE rank IS NULL OR rank < 1', 'a positive number');
SELECT is_empty('SELECT r::text, rank FROM ranked GROUP BY 1, 2 HAVING count(*) > 1', 'no two products share one');
SELECT is_empty('SELECT r::text, product_id FROM ranked WHERE rank <> shopsmart_rank(product_id, r)', 'the operator is the function');
SELECT is_empty('SELECT r::text FROM ranking WHERE pg_temp.by_index(r) <> ARRAY(SELECT product_id FROM ranked WHERE ranked.r::text IS NOT DISTINCT FROM ranking.r::text ORDER BY rank)', 'the index walks by it');
-- As a plain number: of a product that does not exist, of a row read from elsewhere, as a window.
SELECT is_empty('SELECT r::text FROM ranking WHERE ARRAY(SELECT p FROM generate_series(1, 60) AS p ORDER BY p <~> r) && ARRAY[NULL::integer]', 'products that do not exist have one as well');
SELECT is_empty($$SELECT r::text FROM ranking, generate_series(1, 60) AS p GROUP BY 1 HAVING count(DISTINCT p <~> r) <> 60$$, 'of their own');
SELECT is_empty($$SELECT r::text FROM ranking, LATERAL (SELECT array_agg(product_id ORDER BY place) AS ids FROM (SELECT product_id, row_number() OVER (ORDER BY product_id <~> r) AS place FROM shop.products) AS w) AS w
                  WHERE ids <> pg_temp.by_index(r)$$, 'row_number() numbers by it');
-- Rankings that are stored, as long as a value can be, and read back.
CREATE TEMPORARY TABLE stored AS SELECT * FROM ranking UNION ALL SELECT shopsmart_cart((SELECT array_agg(i) FROM generate_series(n, n + 999) AS i)) FROM generate_series(30, 50) AS n;
SELECT is_empty('SELECT left(r::text, 40) FROM stored WHERE pg_temp.by_index(r) <> pg_temp.by_index(r::text::shopsmart_ranking) OR pg_temp.by_index(r) <> pg_temp.by_sort(r)', 'a stored ranking is the same');

SELECT * FROM finish();
ROLLBACK;
