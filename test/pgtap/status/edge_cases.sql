-- Edges of shopsmart_status: each fault that it knows is found and named.
\ir ../fixture/start.psql
SELECT plan(28);

CREATE FUNCTION pg_temp.state(subject text) RETURNS text LANGUAGE sql AS $$SELECT s.state FROM shopsmart_status() AS s WHERE s.subject = state.subject$$;
SELECT is(pg_temp.state('version'), 'ok', 'library and extension agree');
SELECT is(pg_temp.state('job trending'), 'warn', 'a job that never ran');
SELECT is(pg_temp.state('job retention'), 'ok', 'a job that is off');
SELECT is(pg_temp.state('model similarity'), 'warn', 'a model that was never built');
SELECT results_eq($$SELECT state, message FROM shopsmart_status() WHERE subject = 'search'$$, $$VALUES ('ok', 'not set up')$$, 'a shop without search');
SELECT results_eq($$SELECT status, message FROM shopsmart_run_job('search', force => true)$$, $$VALUES ('skipped', 'search is not set up')$$, '... whose job has nothing to do');
INSERT INTO shop.products (name) VALUES ('one');
SAVEPOINT without_search;
SELECT shopsmart_setup_search('simple') \g /dev/null
SELECT is(pg_temp.state('search'), 'ok', 'an index');
INSERT INTO shop.products (name) VALUES ('two');
SELECT is(pg_temp.state('search'), 'warn', '... of which much changed');
SELECT results_eq($$SELECT status, message FROM shopsmart_run_job('search')$$, $$VALUES ('succeeded', '2 products, 2 words, 1 changes')$$, '... rebuilt by its job');
DELETE FROM shopsmart.generations WHERE kind = 'search';
SELECT is(pg_temp.state('search'), 'warn', '... which is not there, as after a restore');
ROLLBACK TO without_search;
SELECT is(pg_temp.state('products without neighbors'), 'warn', 'nobody has neighbors');
SELECT shopsmart_run_job('trending'), shopsmart_run_job('similarity') \g /dev/null
SELECT is(pg_temp.state('job trending'), 'ok', 'a job that ran');
SELECT is(pg_temp.state('workers'), 'warn', 'nobody runs jobs');
UPDATE shopsmart.job_runs SET started_at = now() - interval '74 minutes', finished_at = started_at WHERE job = 'trending';
SELECT is(pg_temp.state('job trending'), 'ok', 'a job that is late by fourteen minutes');
UPDATE shopsmart.job_runs SET started_at = now() - interval '76 minutes' WHERE job = 'trending';
SELECT results_eq($$SELECT state, hint FROM shopsmart_status() WHERE subject = 'job trending'$$, $$VALUES ('warn', 'Who runs the jobs? See workers.')$$, '... by sixteen');
UPDATE shopsmart.job_runs SET started_at = now() WHERE job = 'trending';
INSERT INTO shop.products (product_id, name) VALUES (1001, 'left'), (1002, 'right');
SELECT shopsmart_track(name, product, 'purchase') FROM unnest('{ana,bob,eve}'::text[]) AS name, unnest('{1001,1002}'::bigint[]) AS product \g /dev/null
SELECT shopsmart_run_job('similarity', force => true) \g /dev/null
SELECT results_eq($$SELECT state, message FROM shopsmart_status() WHERE subject = 'products without neighbors'$$, $$VALUES ('ok', '1 of 3 active products')$$, 'most products have neighbors');
SELECT results_eq($$SELECT state, message FROM shopsmart_status() WHERE subject = 'users with short histories'$$, $$VALUES ('ok', '3 of the newest 3 users')$$, 'users who came just now');
SELECT results_eq($$SELECT state, message FROM shopsmart_status() WHERE subject = 'job retention'$$, $$VALUES ('ok', 'off')$$, 'a job that is off says so');
SELECT shopsmart_alter_job('retention', enabled => true) \g /dev/null
SELECT is(pg_temp.state('job retention'), 'warn', '... and has to run when it is on');
SELECT is(pg_temp.state('model similarity'), 'ok', 'a model that was built');
UPDATE shopsmart.generations SET built_at = now() - interval '15 days' WHERE kind = 'similarity';
SELECT is(pg_temp.state('model similarity'), 'warn', '... too long ago');
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at, finished_at, message) VALUES ('trending', 'failed', 'call', 1, now(), now(), 'no luck');
SELECT results_eq($$SELECT state, message FROM shopsmart_status() WHERE subject = 'job trending'$$, $$VALUES ('warn', '1 failures in a row: no luck')$$, 'a job that failed');
INSERT INTO shopsmart.job_runs (job, status, started_by, pid, started_at, finished_at) SELECT 'trending', 'failed', 'call', 1, now(), now() FROM generate_series(1, 2);
SELECT is(pg_temp.state('job trending'), 'error', '... three times');
SELECT is(pg_temp.state('partitions'), 'ok', 'partitions are made ahead');
SELECT format('ALTER TABLE shop.events DETACH PARTITION shop.%I', to_char(now() AT TIME ZONE 'UTC', '"events_"YYYY_MM'))
\gexec
SELECT is(pg_temp.state('partitions'), 'warn', 'no partition for this month');
UPDATE pg_extension SET extversion = '0.0.1' WHERE extname = 'shopsmart';
SELECT is(pg_temp.state('version'), 'error', 'a library of another version');
DELETE FROM shopsmart.shop;
SELECT is(pg_temp.state('shop'), 'error', 'no shop');
SELECT is_empty($$SELECT subject FROM shopsmart_status() WHERE subject LIKE 'model %'$$, '... nothing more to say');

SELECT * FROM finish();
ROLLBACK;
