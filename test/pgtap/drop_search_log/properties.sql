-- What holds after shopsmart_drop_search_log: all that asks for the log goes on as if there had never been one.
\ir ../fixture/random_shop.psql
SELECT plan(6);

CREATE TEMPORARY TABLE before AS SELECT shopsmart_export_user('user 1') AS export;
SELECT shopsmart_setup_search_log(), shopsmart_log_search('red shoes', 2, 'words', 'user 1') \g /dev/null
SELECT isnt(shopsmart_export_user('user 1'), (SELECT export FROM before), 'with a log an export has more');
SELECT shopsmart_drop_search_log() \g /dev/null
SELECT is(shopsmart_export_user('user 1'), (SELECT export FROM before), 'without it the same as before');
SELECT ok(shopsmart_log_search('red shoes', 2, 'words', 'user 1') IS NULL, 'a search is not logged');
SELECT ok(shopsmart_log_click(1, 1, 1) IS NULL, 'nor a click on one that had been');
SELECT is((SELECT status || ': ' || message FROM shopsmart_run_job('search_log')), 'skipped: searches are not logged', 'the job has nothing to do');
SELECT is((SELECT searches FROM shopsmart_erase_user('user 1')), 0::bigint, 'nor has an erasure');

SELECT * FROM finish();
ROLLBACK;
