-- shopsmart_setup(): the shop's tables, made once, adopted when they exist.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

SELECT * FROM shopsmart.shop;
SELECT * FROM shop.event_types ORDER BY weight;
SELECT c.relname, c.relkind, pg_get_userbyid(c.relowner) = current_user AS mine
FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1;
SELECT indexrelid::regclass::text COLLATE "C" AS index FROM pg_index JOIN pg_class c ON c.oid = indrelid
WHERE c.relnamespace = 'shop'::regnamespace AND NOT c.relispartition ORDER BY 1;
-- No member of the extension.
SELECT count(*) FROM pg_depend WHERE deptype = 'e' AND classid = 'pg_class'::regclass
   AND objid IN (SELECT oid FROM pg_class WHERE relnamespace = 'shop'::regnamespace);

-- Twice is fine, and nothing that the shop changed is put back.
UPDATE shop.event_types SET weight = 2 WHERE event_type = 'view';
DELETE FROM shop.event_types WHERE event_type = 'purchase';
DROP INDEX shop.products_brand;
DROP TABLE shop.event_keys;
SELECT shopsmart_setup();
SELECT shopsmart_setup(schema => 'shop');
SELECT * FROM shop.event_types ORDER BY weight;
SELECT to_regclass('shop.products_brand') IS NOT NULL AS index_is_back, to_regclass('shop.event_keys') IS NOT NULL AS table_is_back;
SELECT * FROM shopsmart.shop;
SELECT shopsmart_setup(NULL) IS NULL AS nothing;

-- One shop a database.
SELECT shopsmart_setup('other');
SELECT to_regnamespace('other') IS NULL AS not_made;
DELETE FROM shopsmart.shop;
SET client_min_messages = warning;
SELECT shopsmart_setup('My "own" shop');
SELECT events FROM shopsmart.shop;
SELECT shopsmart_setup('shop');
DELETE FROM shopsmart.shop;
DROP SCHEMA "My ""own"" shop" CASCADE;

-- A table that cannot serve is named, with what it lacks.
CREATE SCHEMA legacy;
CREATE TABLE legacy.products (product_id integer PRIMARY KEY, name text, price numeric);
SELECT shopsmart_setup('legacy');
SELECT count(*) FROM shopsmart.shop;
SELECT count(*) FROM pg_class WHERE relnamespace = 'legacy'::regnamespace AND relkind IN ('r', 'p');
DROP TABLE legacy.products;
CREATE TABLE legacy.users (user_id bigint UNIQUE, external_id text PRIMARY KEY, created_at timestamptz);
SELECT shopsmart_setup('legacy');
ALTER TABLE legacy.users DROP CONSTRAINT users_pkey, ADD PRIMARY KEY (user_id);
SELECT shopsmart_setup('legacy');
DELETE FROM shopsmart.shop;
DROP SCHEMA legacy CASCADE;

-- Before any setup every function that needs the shop says what to do.
SELECT shopsmart_add_partitions();
SELECT shopsmart_grant(current_user, 'read');
SELECT shopsmart_track('ana', 1);
SELECT * FROM shopsmart_recommend('ana');
SELECT * FROM shopsmart_similar(1);
SELECT * FROM shopsmart_bought_together('{1}');
SELECT * FROM shopsmart_trending();
SELECT * FROM shopsmart_explain('ana', 1);
SELECT generation FROM shopsmart_rebuild_similarity();
SELECT generation FROM shopsmart_refresh_trending();
SELECT count(*) FROM shopsmart_progress();
SELECT shopsmart_setup();
SELECT count(*) FROM shopsmart_recommend('ana');
