-- What holds for shopsmart_log_search: what was said is in the row, the user is the shop's own, and searching needs no log.
\ir ../fixture/start.psql
SELECT plan(15);

SELECT shopsmart_setup_search_log() \g /dev/null
INSERT INTO shop.products (product_id, name) VALUES (1, 'Red shoe'), (2, 'Blue shoe');
SELECT shopsmart_setup_search('english'), shopsmart_track('ana', 1) \g /dev/null
SELECT is(shopsmart_log_search('Red shoes', 2, 'words', 'ana', '2026-06-30 12:00Z'), 1::bigint, 'numbers count from 1');
SELECT results_eq('SELECT user_id, query, normalized_query, results, answered_by, searched_at FROM shop.searches',
                  $$SELECT user_id, 'Red shoes', 'red shoes', 2, 'words', timestamptz '2026-06-30 12:00Z' FROM shop.users WHERE external_id = 'ana'$$, 'what was said');
SELECT is(shopsmart_log_search('tent', 0), 2::bigint, 'the next number');
SELECT results_eq('SELECT user_id, answered_by, searched_at FROM shop.searches WHERE search_id = 2', $$VALUES (NULL::bigint, NULL::text, now())$$, 'of nobody, without a step, now');
SELECT is(shopsmart_log_search('tent', 0, user_id => 'anonymous:1'), 3::bigint, 'of somebody new');
SELECT set_eq('SELECT external_id FROM shop.users', ARRAY['ana', 'anonymous:1'], '... who is made once');
SELECT shopsmart_log_search('tents', 0, user_id => 'anonymous:1') \g /dev/null
SELECT is((SELECT count(*) FROM shop.searches JOIN shop.users USING (user_id) WHERE external_id = 'anonymous:1'), 2::bigint, '... and found again');

-- Who records events logs searches, and cannot read the log.
CREATE ROLE regress_shopsmart_writer;
SELECT shopsmart_grant('regress_shopsmart_writer', 'write') \g /dev/null
SET LOCAL ROLE regress_shopsmart_writer;
SELECT is(shopsmart_log_search('tents', 0, user_id => 'cleo'), 5::bigint, 'a writer may log a search of somebody new');
SELECT throws_ok('SELECT query FROM shop.searches', '42501', NULL, '... and not read what was searched for');
RESET ROLE;

-- One statement searches and logs what it shows.
CREATE TEMPORARY TABLE page AS
WITH found AS MATERIALIZED (SELECT * FROM shopsmart_search('shoes red')),
     log AS MATERIALIZED (SELECT shopsmart_log_search('shoes red', count(*)::integer, min(answered_by), 'ana') AS search_id FROM found)
SELECT found.*, log.search_id FROM log LEFT JOIN found ON true;
SELECT results_eq('SELECT results, answered_by FROM shop.searches WHERE normalized_query = ''shoes red''', 'SELECT count(*)::integer, min(answered_by) FROM page', 'searched and logged at once');
CREATE TEMPORARY TABLE empty_page AS
WITH found AS MATERIALIZED (SELECT * FROM shopsmart_search('canoe')),
     log AS MATERIALIZED (SELECT shopsmart_log_search('canoe', count(*)::integer, min(answered_by), 'ana') AS search_id FROM found)
SELECT found.*, log.search_id FROM log LEFT JOIN found ON true;
SELECT results_eq('SELECT results FROM shop.searches JOIN empty_page USING (search_id)', 'VALUES (0)', '... also when nothing is found');

-- Nobody writes where nobody may.
SET LOCAL transaction_read_only = on;
SELECT isnt_empty('SELECT FROM shopsmart_search(''shoes'', user_id => ''ana'')', 'a search in a read-only transaction');
SELECT throws_ok('SELECT shopsmart_log_search(''shoes'', 2)', '25006', NULL, '... cannot be logged there');
SELECT throws_ok('SELECT shopsmart_log_search(''shoes'', 2, user_id => ''new'')', '25006', NULL, '... whoever searched');
SELECT throws_ok('SELECT shopsmart_log_click(1, 1, 1)', '25006', NULL, '... nor can a click');

SELECT * FROM finish();
ROLLBACK;
