-- Edges of shopsmart_drop_search_log: no log, twice, no shop, who may, what the shop built upon the log.
\ir ../fixture/start.psql
SELECT plan(8);

SELECT lives_ok('SELECT shopsmart_drop_search_log()', 'without a log');
SELECT shopsmart_setup_search_log(), shopsmart_log_search('red shoes', 1) \g /dev/null
CREATE ROLE regress_shopsmart_guest;
GRANT EXECUTE ON FUNCTION shopsmart_drop_search_log(), shopsmart.attached_search_log() TO regress_shopsmart_guest;
GRANT USAGE ON SCHEMA shopsmart TO regress_shopsmart_guest;
GRANT SELECT, DELETE ON shopsmart.search_log TO regress_shopsmart_guest;
SET ROLE regress_shopsmart_guest;
SELECT throws_ok('SELECT shopsmart_drop_search_log()', '42501', NULL, 'of other people''s log: no');
RESET ROLE;
CREATE VIEW shop.own_view AS SELECT query FROM shop.searches;
SELECT throws_ok('SELECT shopsmart_drop_search_log()', '2BP01', NULL, 'what the shop built upon it is not dropped');
SELECT is((SELECT count(*) FROM shop.own_view), 1::bigint, '... nor anything else');
DROP VIEW shop.own_view;
DROP VIEW shop.searches_without_results;
DELETE FROM shopsmart.shop;
SELECT lives_ok('SELECT shopsmart_drop_search_log()', 'without a shop, and without a view');
SELECT is_empty($$SELECT oid::regclass FROM pg_class WHERE relname LIKE '%search%' AND relnamespace = 'shop'::regnamespace$$, '... nothing is left');
SELECT is_empty('TABLE shopsmart.search_log', '... nor noted');
SELECT lives_ok('SELECT shopsmart_drop_search_log()', 'twice is fine');

SELECT * FROM finish();
ROLLBACK;
