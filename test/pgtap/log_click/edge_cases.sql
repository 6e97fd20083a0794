-- Edges of shopsmart_log_click: every argument at and beyond its bounds, what is not there, no log.
\ir ../fixture/start.psql
SELECT plan(19);

INSERT INTO shop.products (product_id, name) VALUES (1, 'Red shoe'), (2, 'Blue shoe');
SELECT ok(shopsmart_log_click(1, 1, 1) IS NULL, 'without a log: nothing');
SELECT throws_ok('SELECT shopsmart_log_click(1, 1, 0)', '22023', 'rank must be positive', '... but nonsense is told');
SELECT shopsmart_setup_search_log(), shopsmart_log_search('shoes', 2) \g /dev/null
SELECT ok(shopsmart_log_click(NULL, 1, 1) IS NULL, 'of a search that was not logged: nothing');
SELECT throws_ok('SELECT shopsmart_log_click(1, NULL, 1)', '22004', 'product_id must not be null', 'no product');
SELECT throws_ok('SELECT shopsmart_log_click(1, 1, NULL)', '22004', 'rank must not be null', 'no rank');
SELECT throws_ok('SELECT shopsmart_log_click(1, 1, -1)', '22023', 'rank must be positive', 'a negative rank');
SELECT throws_ok('SELECT shopsmart_log_click(1, 1, 1, ''-infinity'')', '22023', 'clicked_at must be finite', 'an infinite time');
SELECT throws_ok('SELECT shopsmart_log_click(2, 1, 1)', '23503', 'search 2 does not exist', 'an unknown search, named');
SELECT throws_ok('SELECT shopsmart_log_click(1, 3, 1)', '23503', 'product 3 does not exist', 'an unknown product, named');
SELECT is(shopsmart_log_click(1, 2, 2147483647), true, 'the last rank there is');
SELECT is(shopsmart_log_click(1, 2, 1), false, 'the same product again');
SELECT is((SELECT rank FROM shop.search_clicks), 2147483647, '... the first click counts');
UPDATE shop.products SET is_active = false WHERE product_id = 1;
SELECT is(shopsmart_log_click(1, 1, 1), true, 'a click on a hidden product is still a click');
DELETE FROM shop.products WHERE product_id = 1;
SELECT is((SELECT array_agg(product_id) FROM shop.search_clicks), '{2}', 'clicks go with the product');
DELETE FROM shop.searches;
SELECT is_empty('TABLE shop.search_clicks', '... and with the search');

-- Row security hides searches, and so clicks on them.
CREATE ROLE regress_shopsmart_writer;
SELECT shopsmart_log_search('shoes', 2), shopsmart_grant('regress_shopsmart_writer', 'write') \g /dev/null
ALTER TABLE shop.searches ENABLE ROW LEVEL SECURITY;
CREATE POLICY none ON shop.searches TO regress_shopsmart_writer USING (false) WITH CHECK (true);
SET LOCAL ROLE regress_shopsmart_writer;
SELECT throws_ok('SELECT shopsmart_log_click(2, 2, 1)', '23503', 'search 2 does not exist', 'a search that a policy hides');
RESET ROLE;
DROP POLICY none ON shop.searches;
ALTER TABLE shop.searches DISABLE ROW LEVEL SECURITY;
SET LOCAL ROLE regress_shopsmart_writer;
SELECT is(shopsmart_log_click(2, 2, 1), true, 'a writer may log clicks');
SELECT throws_ok('SELECT query FROM shop.searches', '42501', NULL, '... and cannot read what was searched for');
SELECT throws_ok('SELECT product_id FROM shop.search_clicks', '42501', NULL, '... nor what was clicked');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
