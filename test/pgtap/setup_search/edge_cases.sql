-- Edges of shopsmart_setup_search: twice, no shop, who may.
\ir ../fixture/start.psql
SELECT plan(7);

SELECT lives_ok('SELECT shopsmart_setup_search()', 'a first call');
CREATE TEMPORARY TABLE triggers AS SELECT oid, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE 'shopsmart%';
SELECT set_eq('SELECT tgname, tgenabled FROM triggers', $$VALUES ('shopsmart_search_insert'::name, 'A'::"char"), ('shopsmart_search_update', 'A'), ('shopsmart_search_rename', 'A')$$, 'makes triggers that always fire');
SELECT lives_ok('SELECT shopsmart_setup_search()', 'a second call');
SELECT set_eq($$SELECT oid, tgname, tgenabled FROM pg_trigger WHERE tgname LIKE 'shopsmart%'$$, 'TABLE triggers', 'makes no others');
CREATE ROLE regress_shopsmart_guest;
GRANT EXECUTE ON FUNCTION shopsmart_setup_search TO regress_shopsmart_guest;
SET ROLE regress_shopsmart_guest;
SELECT throws_ok('SELECT shopsmart_setup_search()', '42501', NULL, 'of other people''s tables: no');
RESET ROLE;
DELETE FROM shopsmart.shop;
SELECT throws_ok('SELECT shopsmart_setup_search()', '55000', 'the shop has no tables yet', 'no shop');
DROP EXTENSION shopsmart;
SELECT is_empty($$SELECT tgname FROM pg_trigger WHERE tgname LIKE 'shopsmart%'$$, 'the triggers go with the extension');

SELECT * FROM finish();
ROLLBACK;
