-- Edges of shopsmart_rank and of orders: NULLs, extreme ids, no models, no products, two orders at once.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(19);

SELECT is(NULL::bigint <~> 'user:user 1', NULL, 'no product, no rank');
SELECT isnt(1 <~> NULL::shopsmart_ranking, NULL, 'without a ranking the order for nobody');
SELECT is(pg_temp.by_index(NULL), pg_temp.by_index('user:nobody'), '... which is that of an unknown user');
SELECT is(pg_temp.by_sort(NULL), pg_temp.by_index(NULL), '... by a sort as well');
SELECT throws_ok($$SELECT 1 <~> 'user 1'$$, '22P02', NULL, 'text that names no ranking');
SELECT throws_ok($$SELECT 1 <~> 'user:'$$, '22023', NULL, 'no user');
SELECT cmp_ok(9223372036854775807 <~> 'user:nobody', '<', 1000 <~> 'user:nobody', 'the largest id comes before smaller ones');
SELECT cmp_ok('-9223372036854775808'::bigint <~> 'user:nobody', '>', 0 <~> 'user:nobody', 'the smallest behind them');
SELECT cmp_ok((SELECT max(p.product_id <~> 'user:nobody') FROM shop.products p), '<', 9223372036854775807, 'no rank is the largest number');

-- Ids from one end to the other, all of them in the last stage.
INSERT INTO shop.products (product_id, name) SELECT (2::numeric ^ e)::bigint, 'far' FROM generate_series(7, 62) AS e UNION ALL VALUES (0, 'zero'), (9000000000000000000, 'far');
SELECT is(pg_temp.by_index('user:nobody', 'p.product_id = 0 OR p.product_id > 100'), ARRAY(SELECT p.product_id FROM shop.products p WHERE p.product_id = 0 OR p.product_id > 100 ORDER BY 1 DESC), 'distant ids by index');
SELECT is(pg_temp.by_sort('user:nobody', 'p.product_id = 0 OR p.product_id > 100'), ARRAY(SELECT p.product_id FROM shop.products p WHERE p.product_id = 0 OR p.product_id > 100 ORDER BY 1 DESC), 'and by a sort');
DELETE FROM shop.products WHERE product_id = 0 OR product_id > 100;

-- In the second order nothing is left to decide.
SELECT results_eq($$SELECT product_id FROM shop.products ORDER BY product_id <~> 'similar_to:1', product_id <~> 'user:user 2'$$, $$SELECT unnest(pg_temp.by_index('similar_to:1'))$$, 'two orders, the first decides');
SELECT results_eq($$SELECT product_id FROM shop.products ORDER BY product_id <~> 'similar_to:1' DESC$$, $$SELECT p FROM unnest(pg_temp.by_index('similar_to:1')) WITH ORDINALITY AS o(p, place) ORDER BY place DESC$$, 'backwards');
SELECT is_empty($$SELECT l.product_id, l.u FROM (SELECT u, row_number() OVER (PARTITION BY u) AS place, product_id FROM generate_series(1, 20) AS u, LATERAL (SELECT product_id FROM shop.products ORDER BY product_id <~> shopsmart_user('user ' || u, '2026-06-30 12:00Z') LIMIT 7) AS p) AS l
                  WHERE l.product_id <> (pg_temp.by_index(shopsmart_user('user ' || u, '2026-06-30 12:00Z')))[place]$$, 'a page for each user');

-- A table whose keys are counted downward.
CREATE TABLE downward (id bigint NOT NULL);
CREATE UNIQUE INDEX ON downward (id DESC);
CREATE INDEX ON downward USING shopsmart (id);
INSERT INTO downward SELECT product_id FROM shop.products UNION ALL SELECT generate_series(101, 120);
SET LOCAL enable_seqscan = off;
SET LOCAL enable_sort = off;
SELECT results_eq($$SELECT id FROM downward ORDER BY id <~> 'user:user 2'$$, $$SELECT id FROM (SELECT id, id <~> 'user:user 2' AS rank FROM downward OFFSET 0) AS d ORDER BY rank$$, 'a unique index in descending order does no harm');

DELETE FROM shopsmart.generations;
SELECT is(pg_temp.by_index('user:user 1'), ARRAY(SELECT p.product_id FROM shop.products p WHERE p.product_id NOT IN (SELECT shopsmart_seen('user 1')) ORDER BY 1 DESC) || ARRAY(SELECT shopsmart_seen('user 1')), 'without any model by id, seen products last');
SELECT is(pg_temp.by_sort('user:user 1'), pg_temp.by_index('user:user 1'), '... by a sort as well');
DELETE FROM shop.products;
SELECT is(pg_temp.by_index('user:user 1'), '{}', 'no products');
SELECT is(pg_temp.by_sort('user:user 1'), '{}', '... for a sort');

SELECT * FROM finish();
ROLLBACK;
