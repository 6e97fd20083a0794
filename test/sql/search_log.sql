-- The search log: off, on, what it holds, what its views say, how long it is kept, off again.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

INSERT INTO shop.products (product_id, name) VALUES (1, 'Red shoe'), (2, 'Blue shoe'), (3, 'Tent');
SELECT shopsmart_log_search('red shoes', 2, 'words', 'ana'), shopsmart_log_click(1, 1, 1), shopsmart_log_click(NULL, 1, 1);
SELECT job, status, message FROM shopsmart_run_job('search_log');

SELECT shopsmart_setup_search_log();
SELECT shopsmart_log_search('Red shoes', 2, 'words', 'ana'), shopsmart_log_search('red  SHOES!', 2, 'words', 'ben'),
       shopsmart_log_search('red shoos', 2, 'corrected', 'ben'), shopsmart_log_search('tent red', 1, 'partial'), shopsmart_log_search('canoe', 0, user_id => 'anonymous:1');
SELECT shopsmart_log_click(1, 1, 1), shopsmart_log_click(1, 2, 2), shopsmart_log_click(2, 2, 2), shopsmart_log_click(2, 2, 1), shopsmart_log_click(4, 3, 9);
SELECT search_id, user_id, query, normalized_query, results, answered_by FROM shop.searches ORDER BY 1;
SELECT search_id, product_id, rank FROM shop.search_clicks ORDER BY 1, 2;

SELECT query, searches, users, without_results, corrected, relaxed, clicked, click_through, mean_rank FROM shop.popular_searches
WHERE time_window = '24h' ORDER BY searches DESC, query;
SELECT query, searches, users FROM shop.searches_without_results WHERE time_window = '7d';
-- The click on rank 9 was on a later page than the one that was logged.
SELECT rank, shown, clicked, click_through FROM shop.search_clicks_by_rank WHERE time_window = '30d' ORDER BY rank;

-- Errors.
SELECT shopsmart_log_search(NULL, 1);
SELECT shopsmart_log_search('x', -1);
SELECT shopsmart_log_search('x', 1, 'luck');
SELECT shopsmart_log_search('x', 1, user_id => '');
SELECT shopsmart_log_search('x', 1, searched_at => 'infinity');
SELECT shopsmart_log_click(1, NULL, 1);
SELECT shopsmart_log_click(1, 1, 0);
SELECT shopsmart_log_click(99, 1, 1);
SELECT shopsmart_log_click(1, 99, 1);
BEGIN READ ONLY;
SELECT shopsmart_log_search('x', 1);
ROLLBACK;

-- Kept for 90 days, unless the shop says otherwise.
SELECT shopsmart_log_click(shopsmart_log_search('old', 1, searched_at => now() - interval '91 days'), 1, 1);
SELECT status, rows, message FROM shopsmart_run_job('search_log');
SELECT status, rows, message FROM shopsmart_run_job('search_log');
SELECT shopsmart_log_search('older than a week', 1, searched_at => now() - interval '8 days');
SELECT shopsmart_alter_job('search_log', config => '{"keep": "7 days"}');
SELECT status, rows, message FROM shopsmart_run_job('search_log');
SELECT shopsmart_alter_job('search_log', config => '{"keep": "1 hour"}');
SELECT status, sqlstate, message FROM shopsmart_run_job('search_log');
SELECT count(*) AS searches, (SELECT count(*) FROM shop.search_clicks) AS clicks FROM shop.searches;

-- What many typed is suggested to others.
SELECT shopsmart_setup_search('english');
SELECT shopsmart_alter_job('search_log', config => '{"keep": "7 days", "min_users": 3}');
SELECT count(shopsmart_log_search(q, 2, 'words', 'user ' || i)) FROM generate_series(1, 3) AS i, unnest('{Red shoes,red  SHOES,tent of anna}'::text[]) AS q;
SELECT count(shopsmart_log_search('blue shoe', 2, 'words', 'user ' || i)) FROM generate_series(1, 2) AS i;
SELECT status, rows, message FROM shopsmart_run_job('search_log');
SELECT * FROM shopsmart.suggested_queries;
SELECT rank, kind, suggestion FROM shopsmart_suggest('Red s');
SELECT shopsmart_alter_job('search_log', config => '{"min_users": 1}');
SELECT status, sqlstate, message FROM shopsmart_run_job('search_log');
-- A damaged search index does not keep old texts from being deleted.
SELECT shopsmart_alter_job('search_log', config => '{"min_users": 3}');
SELECT shopsmart_log_search('old', 1, searched_at => now() - interval '8 days');
UPDATE shopsmart.search_indexes SET configuration = 'gone';
SELECT status, rows, message FROM shopsmart_run_job('search_log');
SELECT query FROM shopsmart.suggested_queries;
SELECT products FROM shopsmart_rebuild_search('english');
DELETE FROM shop.users WHERE external_id LIKE 'user %';

-- A person leaves, and a product.
SELECT * FROM shopsmart_erase_user('ben');
DELETE FROM shop.users WHERE external_id = 'anonymous:1';
DELETE FROM shop.products WHERE product_id = 1;
SELECT search_id, query FROM shop.searches ORDER BY 1;
SELECT search_id, product_id, rank FROM shop.search_clicks ORDER BY 1, 2;

SELECT shopsmart_drop_search_log();
SELECT count(*) FROM shopsmart.suggested_queries;
SELECT count(*) FROM pg_class WHERE relnamespace = 'shop'::regnamespace AND relname LIKE '%search%';
SELECT shopsmart_log_search('red shoes', 2);
