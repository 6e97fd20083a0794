-- Edges of shopsmart_progress: nothing runs, before any setup, in a rolled back rebuild.
\ir ../fixture/random_shop.psql
SELECT plan(5);

SELECT is_empty('SELECT * FROM shopsmart_progress()', 'nothing runs');
SELECT shopsmart_rebuild_similarity(), shopsmart_refresh_trending() \g /dev/null
SELECT is_empty('SELECT * FROM shopsmart_progress()', 'a rebuild that has ended does not run');
SELECT throws_ok($$SELECT shopsmart_rebuild_similarity('-1 day')$$, '22023', NULL, 'a rebuild that fails');
SELECT is_empty('SELECT * FROM shopsmart_progress()', '... does not run either');
DELETE FROM shopsmart.shop;
SELECT is_empty('SELECT * FROM shopsmart_progress()', 'no shop');

SELECT * FROM finish();
ROLLBACK;
