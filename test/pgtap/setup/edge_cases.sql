-- Edges of shopsmart_setup: names of schemas, shops that exist, tables that cannot serve.
\ir ../fixture/start.psql
SELECT plan(12);

SELECT throws_ok($$SELECT shopsmart_setup('other')$$, '55000', NULL, 'one shop a database');
DELETE FROM shopsmart.shop;
SELECT throws_ok($$SELECT shopsmart_setup('')$$, '22023', NULL, 'empty name');
SELECT throws_ok($$SELECT shopsmart_setup('pg_mine')$$, '42939', NULL, 'reserved name');
SELECT lives_ok($$SELECT shopsmart_setup('Shop "of" 100%')$$, 'a name that has to be quoted');
SELECT lives_ok($$SELECT shopsmart_track('ana', NULL) FROM (SELECT 1) AS x WHERE false$$, 'it can be called');
DELETE FROM shopsmart.shop;
SELECT lives_ok($$SELECT shopsmart_setup(repeat('x', 63)::name)$$, 'the longest name');
DELETE FROM shopsmart.shop;
CREATE SCHEMA legacy;
CREATE TABLE legacy.products (product_id text);
SELECT throws_ok($$SELECT shopsmart_setup('legacy')$$, '55000', 'table "legacy.products" exists but cannot serve as a shop table', 'a table without the columns');
CREATE SCHEMA views;
CREATE VIEW views.categories AS SELECT 1 AS x;
SELECT throws_ok($$SELECT shopsmart_setup('views')$$, NULL, NULL, 'a view in the way');
SELECT is((SELECT count(*) FROM shopsmart.shop), 0::bigint, 'what failed is not remembered');
SELECT ok(shopsmart_setup(NULL) IS NULL, 'no name, nothing done');
-- An index of orders that the shop has under another name is one.
SELECT shopsmart_setup('renamed', false) \g /dev/null
CREATE INDEX "Order" ON renamed.products USING shopsmart (product_id);
SELECT shopsmart_setup('renamed') \g /dev/null
SELECT is((SELECT array_agg(c.relname) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam WHERE i.indrelid = 'renamed.products'::regclass AND a.amname = 'shopsmart'),
          '{Order}', 'no second index of orders');
SELECT ok(shopsmart_setup('renamed', NULL) IS NULL, 'neither yes nor no, nothing done');

SELECT * FROM finish();
ROLLBACK;
