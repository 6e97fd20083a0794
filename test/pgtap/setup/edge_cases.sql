-- Edges of shopsmart_setup: names of schemas, shops that exist, tables that cannot serve.
\ir ../fixture/start.psql
SELECT plan(10);

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

SELECT * FROM finish();
ROLLBACK;
