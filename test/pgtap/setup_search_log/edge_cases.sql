-- Edges of shopsmart_setup_search_log: twice, no shop, who may, a table that cannot serve, tables that outlive the extension.
\ir ../fixture/start.psql
SELECT plan(17);

SELECT lives_ok('SELECT shopsmart_setup_search_log()', 'a first call');
SELECT shopsmart_log_search('red shoes', 1, 'words', 'ana') \g /dev/null
SELECT lives_ok('SELECT shopsmart_setup_search_log()', 'a second call');
SELECT is((SELECT array_agg(query) FROM shop.searches), '{red shoes}', '... keeps what was logged');
DROP INDEX shop.searches_user_id;
DROP VIEW shop.search_clicks_by_rank;
SELECT lives_ok('SELECT shopsmart_setup_search_log()', 'a third one');
SELECT ok(to_regclass('shop.searches_user_id') IS NOT NULL AND to_regclass('shop.search_clicks_by_rank') IS NOT NULL, '... makes what is missing');

CREATE ROLE regress_shopsmart_guest;
GRANT EXECUTE ON FUNCTION shopsmart_setup_search_log(), shopsmart.attached_shop() TO regress_shopsmart_guest;
GRANT USAGE ON SCHEMA shopsmart TO regress_shopsmart_guest;
GRANT SELECT ON shopsmart.shop TO regress_shopsmart_guest;
SET ROLE regress_shopsmart_guest;
SELECT throws_ok('SELECT shopsmart_setup_search_log()', '42501', NULL, 'of other people''s shop: no');
RESET ROLE;

-- What a shop that belongs to somebody else gets belongs to him too.
SELECT shopsmart_drop_search_log() \g /dev/null
CREATE ROLE regress_shopsmart_keeper;
ALTER TABLE shop.events OWNER TO regress_shopsmart_keeper;
SELECT shopsmart_setup_search_log() \g /dev/null
SELECT set_eq($$SELECT c.relname::text FROM pg_class c WHERE c.relowner = 'regress_shopsmart_keeper'::regrole AND c.relkind IN ('r', 'v') AND c.relname LIKE '%search%'$$,
              ARRAY['searches', 'search_clicks', 'popular_searches', 'searches_without_results', 'search_clicks_by_rank'], 'the owner of events owns the log');
ALTER TABLE shop.events OWNER TO CURRENT_USER;

-- Dropped by hand: then there is no log, and calls do nothing.
DROP TABLE shop.searches, shop.search_clicks CASCADE;
SELECT ok(shopsmart_log_search('red shoes', 1) IS NULL, 'tables that the shop dropped are no log');
SELECT lives_ok('SELECT shopsmart_erase_user(''ana'')', 'nor in the way of an erasure');
SELECT lives_ok('SELECT shopsmart_setup_search_log()', '... and are made again');
SELECT is(shopsmart_log_search('blue shoes', 1), 1::bigint, '... to be used');

DROP EXTENSION shopsmart;
SELECT is((SELECT array_agg(query) FROM shop.popular_searches WHERE time_window = '24h'), '{blue shoes}', 'tables and views outlive the extension');
CREATE EXTENSION shopsmart;
SELECT shopsmart_setup() \g /dev/null
SELECT ok(shopsmart_log_search('red shoes', 1) IS NULL, 'a new one does not log by itself');
SELECT shopsmart_setup_search_log() \g /dev/null
SELECT is(shopsmart_log_search('red shoes', 1), 2::bigint, '... but goes on where the old one stopped');

SELECT shopsmart_drop_search_log() \g /dev/null
CREATE TABLE shop.searches (query text);
SELECT throws_ok('SELECT shopsmart_setup_search_log()', '55000', 'table "shop.searches" exists but cannot serve as a shop table', 'a table of the same name');
DROP TABLE shop.searches;
DELETE FROM shopsmart.shop;
SELECT throws_ok('SELECT shopsmart_setup_search_log()', '55000', 'the shop has no tables yet', 'no shop');
SELECT ok(shopsmart_log_search('red shoes', 1) IS NULL, 'a call without a shop logs nothing');

SELECT * FROM finish();
ROLLBACK;
