-- A ranking as an order of rows: which queries walk the index, which sort, and that both give the same rows
-- (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
ANALYZE;

-- ---- handles ----
SELECT shopsmart_user('ana') AS "user", shopsmart_user('a:b', '2026-06-30 12:00Z') AS then, shopsmart_similar_to(3) AS similar_to, shopsmart_cart('{3,-4}') AS cart,
       shopsmart_cart('{}') AS empty_cart, shopsmart_trend() AS trend, shopsmart_trend(3) AS of_category, shopsmart_trend(3, '24h') AS and_window;
-- What is written can be read.
SELECT handle, handle::text::shopsmart_ranking::text = handle::text AS same
FROM (VALUES (shopsmart_user('ana')), (shopsmart_user('a(b):c', '2026-06-30 12:00:00.5Z')), (shopsmart_similar_to(-3)), (shopsmart_cart('{}')),
             (shopsmart_cart('{3,9223372036854775807}')), (shopsmart_trend()), (shopsmart_trend(3)), (shopsmart_trend(NULL, '30d'))) AS h(handle);
SELECT shopsmart_user(NULL) IS NULL AS no_user, shopsmart_similar_to(NULL) IS NULL AS no_product, shopsmart_cart(NULL) IS NULL AS no_cart;
SELECT shopsmart_user('');
SELECT shopsmart_user(repeat('x', 256));
SELECT shopsmart_user('ana', 'infinity');
SELECT shopsmart_cart('{1,NULL}');
SELECT shopsmart_cart('{{1,2}}');
SELECT shopsmart_cart(array_agg(n)) FROM generate_series(1, 1001) AS n;
SELECT shopsmart_trend(1, '1h');
SELECT 'ana'::shopsmart_ranking;
SELECT 'user'::shopsmart_ranking;
SELECT 'user:'::shopsmart_ranking;
SELECT 'user(2026-06-30'::shopsmart_ranking;
SELECT 'user(then):ana'::shopsmart_ranking;
SELECT 'similar_to:1,2'::shopsmart_ranking;
SELECT 'cart:1,'::shopsmart_ranking;
SELECT 'cart: 1'::shopsmart_ranking;
SELECT 'cart:99999999999999999999'::shopsmart_ranking;
SELECT 'trend:7d:'::shopsmart_ranking;
SELECT 'trend:'::shopsmart_ranking;

-- ---- one order, by index and by sort ----
-- Personalised products, then trending ones, then popular ones, then the highest ids; what dan has seen comes last.
CREATE PROCEDURE compare(ranking shopsmart_ranking) LANGUAGE plpgsql AS $$
DECLARE
    by_index bigint[];
    by_sort bigint[];
BEGIN
    SET LOCAL enable_seqscan = off;
    SET LOCAL enable_sort = off;
    by_index := ARRAY(SELECT product_id FROM shop.products p ORDER BY p.product_id <~> ranking);
    SET LOCAL enable_seqscan = on;
    SET LOCAL enable_sort = on;
    SET LOCAL enable_indexscan = off;
    by_sort := ARRAY(SELECT product_id FROM shop.products p ORDER BY p.product_id <~> ranking);
    RAISE INFO '% by index: %, by sort: %', ranking, by_index, CASE WHEN by_sort = by_index THEN 'the same' ELSE by_sort::text END;
    COMMIT;
END
$$;
CALL compare(shopsmart_user('dan', '2026-06-30 13:00Z'));
CALL compare(shopsmart_user('fay', '2026-06-30 13:00Z'));
CALL compare(shopsmart_user('ana', '2026-01-01 00:00Z'));
CALL compare(shopsmart_user('nobody'));
CALL compare(NULL);
CALL compare(shopsmart_similar_to(1));
CALL compare(shopsmart_similar_to(99));
CALL compare(shopsmart_cart('{1,3,1,99}'));
CALL compare(shopsmart_cart('{}'));
CALL compare(shopsmart_trend(1, '30d'));
CALL compare(shopsmart_trend());
-- The functions answer in the same order.
SELECT array_agg(product_id ORDER BY rank) AS recommend FROM shopsmart_recommend('dan', as_of => '2026-06-30 13:00Z');
SELECT array_agg(product_id ORDER BY rank) AS "similar" FROM shopsmart_similar(1);
SELECT array_agg(product_id ORDER BY rank) AS trending FROM shopsmart_trending(10, 1, '30d');
SELECT array_agg(seen) AS seen FROM shopsmart_seen('dan', '2026-06-30 13:00Z') AS seen;
SELECT shopsmart_seen(NULL);
-- Ranks: 1, 2, 3 ... as long as neighbors come, then with gaps. NULL has none.
SELECT product_id, product_id <~> shopsmart_user('dan', '2026-06-30 13:00Z') AS rank FROM shop.products ORDER BY 2;
SELECT NULL::bigint <~> shopsmart_user('dan') AS of_nothing, 1000 <~> shopsmart_user('dan') < 999 <~> shopsmart_user('dan') AS unknown_ids_by_number;

-- ---- which queries walk the index ----
-- As in a shop of a size: with eight products the planner would sort.
SET enable_seqscan = off;
SET enable_sort = off;
SET enable_hashjoin = off;
SET enable_bitmapscan = off;
CREATE TABLE stock (product_id bigint PRIMARY KEY, quantity integer NOT NULL);
INSERT INTO stock SELECT product_id, product_id % 3 FROM shop.products;
-- Without the filters, which look different from version to version.
CREATE FUNCTION plan(query text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    line text;
BEGIN
    FOR line IN EXECUTE 'EXPLAIN (COSTS OFF) ' || query LOOP
        IF line ~ 'Limit|Scan|Loop|Agg|Sort|Order By' THEN
            RETURN NEXT line;
        END IF;
    END LOOP;
END
$$;
SELECT plan($$SELECT * FROM shop.products p WHERE price < 50 ORDER BY p.product_id <~> shopsmart_user('ana') LIMIT 3$$);
SELECT plan($$SELECT * FROM shop.products p ORDER BY p.product_id <~> 'user:ana' LIMIT 3$$);
SELECT plan($$SELECT p.name FROM shop.products p JOIN stock s USING (product_id) WHERE s.quantity > 0 AND p.price < 50
              ORDER BY p.product_id <~> shopsmart_user('ana') LIMIT 3$$);
SELECT plan($$SELECT u.external_id, r.name FROM shop.users u
              CROSS JOIN LATERAL (SELECT p.name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user(u.external_id) LIMIT 2) r$$);
SELECT plan($$SELECT name, row_number() OVER (ORDER BY product_id <~> shopsmart_user('ana')) FROM shop.products LIMIT 3$$);
SELECT plan($$SELECT name FROM shop.products p WHERE product_id NOT IN (SELECT shopsmart_seen('ana')) ORDER BY p.product_id <~> shopsmart_user('ana') LIMIT 3$$);
PREPARE generic(text) AS SELECT name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user($1) LIMIT 2;
SET plan_cache_mode = force_generic_plan;
EXPLAIN (COSTS OFF) EXECUTE generic('ana');
EXECUTE generic('ana');
EXECUTE generic('dan');
-- These sort: descending, an expression around the order, an order by the other table's column.
RESET enable_sort;
SELECT plan($$SELECT name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('ana') DESC LIMIT 3$$);
SELECT plan($$SELECT name FROM shop.products p ORDER BY (p.product_id <~> shopsmart_user('ana')) + 0 LIMIT 3$$);
SELECT plan($$SELECT name FROM shop.products p JOIN stock s USING (product_id) ORDER BY s.product_id <~> shopsmart_user('ana') LIMIT 3$$);
SET enable_sort = off;

-- ---- what a scan tells, and cursors ----
SELECT name FROM shop.products p WHERE is_active ORDER BY p.product_id <~> shopsmart_user('dan', '2026-06-30 13:00Z') LIMIT 2;
SELECT * FROM shopsmart_last_scan();
SELECT count(*) FROM (SELECT name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('dan', '2026-06-30 13:00Z')) p;
SELECT count(*) FROM (SELECT name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('dan', '2026-06-30 13:00Z') OFFSET 0) p;
SELECT * FROM shopsmart_last_scan();
BEGIN;
DECLARE onward CURSOR FOR SELECT name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('dan', '2026-06-30 13:00Z');
FETCH 2 FROM onward;
FETCH BACKWARD 1 FROM onward;
ROLLBACK;
BEGIN;
DECLARE scrolling SCROLL CURSOR WITH HOLD FOR SELECT name FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('dan', '2026-06-30 13:00Z');
FETCH 3 FROM scrolling;
COMMIT;
FETCH BACKWARD 2 FROM scrolling;
CLOSE scrolling;
-- An event of this transaction counts at once, and goes with its savepoint.
BEGIN;
SELECT array_agg(product_id) FROM (SELECT product_id FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('new') LIMIT 4) p;
SAVEPOINT before;
SELECT shopsmart_track('new', 1) > 0 AS tracked;
SELECT array_agg(product_id) FROM (SELECT product_id FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('new') LIMIT 4) p;
ROLLBACK TO before;
SELECT array_agg(product_id) FROM (SELECT product_id FROM shop.products p ORDER BY p.product_id <~> shopsmart_user('new') LIMIT 4) p;
ROLLBACK;

-- ---- the index ----
SELECT pg_relation_size('shop.products_order') AS bytes, (SELECT reltuples FROM pg_class WHERE oid = 'shop.products'::regclass) AS products;
SELECT pg_stat_force_next_flush();
SELECT idx_scan > 0 AS counted FROM pg_stat_user_indexes WHERE indexrelname = 'products_order';
CREATE INDEX ON shop.products USING shopsmart (product_id) WHERE is_active;
CREATE INDEX ON shop.products USING shopsmart ((product_id + 1));
CREATE INDEX ON shop.products USING shopsmart (product_id, category_id);
CREATE INDEX ON shop.products USING shopsmart (name);
CREATE UNIQUE INDEX ON shop.products USING shopsmart (product_id);
CREATE INDEX ON shop.products USING shopsmart (product_id) WITH (fillfactor = 50);
CREATE INDEX ON shop.products USING shopsmart (product_id DESC);
-- A table of the shop's own. Without a unique btree on a column that is never null it is sorted.
CREATE TABLE own (id bigint, note text);
CREATE INDEX own_order ON own USING shopsmart (id);
INSERT INTO own SELECT n, 'note ' || n FROM generate_series(1, 6) AS n;
CREATE PROCEDURE first_of_own() LANGUAGE plpgsql AS $$
DECLARE
    row text;
BEGIN
    FOR row IN EXPLAIN (COSTS OFF) SELECT id FROM own ORDER BY id <~> shopsmart_user('dan', '2026-06-30 13:00Z') LIMIT 3 LOOP
        IF row ~ 'Sort|Scan' THEN
            RAISE INFO '%', row;
        END IF;
    END LOOP;
    RAISE INFO '%', ARRAY(SELECT id FROM own ORDER BY id <~> shopsmart_user('dan', '2026-06-30 13:00Z') LIMIT 3);
END
$$;
CALL first_of_own();
ALTER TABLE own ADD PRIMARY KEY (id) DEFERRABLE;
CALL first_of_own();
ALTER TABLE own DROP CONSTRAINT own_pkey;
ALTER TABLE own ALTER id DROP NOT NULL;
CREATE UNIQUE INDEX own_id ON own (id);
CALL first_of_own();
INSERT INTO own VALUES (NULL, 'no id');
SELECT count(*) FROM (SELECT FROM own ORDER BY id <~> shopsmart_user('dan', '2026-06-30 13:00Z')) o;
DELETE FROM own WHERE id IS NULL;
ALTER TABLE own ALTER id SET NOT NULL;
CALL first_of_own();
DROP INDEX own_id;
CREATE UNIQUE INDEX own_id ON own (id) WHERE note <> '';
CALL first_of_own();
DROP PROCEDURE first_of_own;
DROP TABLE own, stock;
DROP PROCEDURE compare;
DROP FUNCTION plan;
