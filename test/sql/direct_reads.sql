-- shopsmart.direct_reads: reading indexes directly gives the same rows as SQL (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

CREATE FUNCTION answers() RETURNS SETOF text LANGUAGE sql
BEGIN ATOMIC
    SELECT format('recommend %s %s %s', u, seen, r) FROM unnest('{ana,ben,cat,dan,eve,fay,nobody}'::text[]) AS u, (VALUES (true), (false)) AS s(seen),
           (VALUES (NULL::jsonb), ('{"in_stock": true}'), ('{"brand": "Acme"}')) AS f(filter),
           shopsmart_recommend(u, 20, filter => filter, exclude => '{5}', include_seen => seen, as_of => '2026-06-30 13:00Z') r
    UNION ALL SELECT format('category %s %s', c, r) FROM generate_series(1, 5) AS c, shopsmart_recommend('ana', 20, category_id => c, as_of => '2026-06-30 13:00Z') r
    UNION ALL SELECT format('similar %s %s', p, s) FROM generate_series(1, 9) AS p, shopsmart_similar(p, 20) s
    UNION ALL SELECT format('bought_together %s %s', p, b) FROM generate_series(1, 9) AS p, shopsmart_bought_together(ARRAY[p, 2], 20) b
    UNION ALL SELECT format('trending %s %s %s', c, w, t) FROM generate_series(0, 5) AS c, (VALUES ('24h'), ('7d'), ('30d')) AS windows(w), shopsmart_trending(20, nullif(c, 0), w) t
    UNION ALL SELECT format('explain %s %s %s', u, p, e) FROM unnest('{ana,ben,cat,dan,eve,fay,nobody}'::text[]) AS u, generate_series(1, 9) AS p, shopsmart_explain(u, p, '2026-06-30 13:00Z') e
    UNION ALL SELECT format('exists %s %s', p, shopsmart.product_exists(p)) FROM generate_series(1, 9) AS p;
END;
CREATE PROCEDURE compare(OUT rows bigint, OUT differences bigint) LANGUAGE plpgsql AS $$
BEGIN
    DROP TABLE IF EXISTS directly, by_sql;
    SET LOCAL shopsmart.direct_reads = on;
    CREATE TEMPORARY TABLE directly AS SELECT a, count(*) FROM answers() a GROUP BY a;
    SET LOCAL shopsmart.direct_reads = off;
    CREATE TEMPORARY TABLE by_sql AS SELECT a, count(*) FROM answers() a GROUP BY a;
    rows := (SELECT count(*) FROM directly);
    differences := (SELECT count(*) FROM ((TABLE directly EXCEPT TABLE by_sql) UNION ALL (TABLE by_sql EXCEPT TABLE directly)) AS d);
END
$$;
SET client_min_messages = warning;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, p, 'purchase', '2026-06-20 12:00Z' FROM generate_series(4, 5) AS u, generate_series(2, 4) AS p;
SELECT basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');

CALL compare(NULL, NULL);
-- The history spread over partitions.
SELECT shopsmart_add_partitions('2026-02-01', '2026-07-01') > 0 AS partitioned;
CALL compare(NULL, NULL);
-- Dead and updated rows, uncommitted ones.
BEGIN;
UPDATE shop.events SET session_id = 's' WHERE user_id IN (1, 4);
DELETE FROM shop.events WHERE event_id IN (6, 10);
UPDATE shop.products SET price = price + 1;
UPDATE shop.products SET is_active = false WHERE product_id = 4;
CALL compare(NULL, NULL);
ROLLBACK;
-- A column that was dropped, one that was added: positions of columns move.
BEGIN;
ALTER TABLE shop.products DROP COLUMN image_url, ADD COLUMN color text DEFAULT 'none';
ALTER TABLE shop.users ADD COLUMN email text;
CALL compare(NULL, NULL);
ROLLBACK;
-- Without the indexes there is only SQL.
BEGIN;
DROP INDEX shop.events_user_history;
CALL compare(NULL, NULL);
ROLLBACK;
-- A view in place of a table.
BEGIN;
ALTER TABLE shop.products RENAME TO stored_products;
CREATE VIEW shop.products AS SELECT * FROM shop.stored_products WHERE product_id <> 3;
UPDATE shopsmart.shop SET products = 'shop.products'::regclass;
CALL compare(NULL, NULL);
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', as_of => '2026-06-30 13:00Z');
ROLLBACK;
-- An heir.
BEGIN;
CREATE TABLE shop.imported_products () INHERITS (shop.products);
INSERT INTO shop.imported_products (product_id, name, created_at) VALUES (99, 'imported', '2026-06-30 00:00Z');
CALL compare(NULL, NULL);
SELECT product_id FROM shopsmart_recommend('nobody', 100, as_of => '2026-06-30 13:00Z') WHERE product_id = 99;
ROLLBACK;
-- Products in partitions. (What is attached may have no identity column from PostgreSQL 17 on.)
BEGIN;
ALTER TABLE shop.events DROP CONSTRAINT events_product_id_fkey;
ALTER TABLE shop.event_keys DROP CONSTRAINT event_keys_product_id_fkey;
ALTER TABLE shop.products ALTER product_id DROP IDENTITY;
ALTER TABLE shop.products RENAME TO low_products;
CREATE TABLE shop.products (LIKE shop.low_products INCLUDING DEFAULTS, PRIMARY KEY (product_id)) PARTITION BY RANGE (product_id);
ALTER TABLE shop.products ATTACH PARTITION shop.low_products FOR VALUES FROM (0) TO (100);
UPDATE shopsmart.shop SET products = 'shop.products'::regclass;
CALL compare(NULL, NULL);
ROLLBACK;
DROP PROCEDURE compare;
DROP FUNCTION answers;
