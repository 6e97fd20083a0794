-- Edges of Redis where none is: the status is there, the settings are what they are. (Servers that answer: test/tap/050_redis.pl.)
\ir ../fixture/start.psql
SELECT plan(7);

SELECT is((SELECT count(*) FROM shopsmart.redis_status), 1::bigint, 'one row');
SELECT results_eq('SELECT state, server, failures_in_a_row FROM shopsmart.redis_status', $$VALUES ('off', NULL::text, 0)$$, 'which says that it is off');
SELECT results_eq('SELECT last_failure, last_fault FROM shopsmart.redis_status', 'VALUES (NULL::timestamptz, NULL::text)', 'nothing went wrong');
SELECT throws_ok($$SET shopsmart.redis_url = 'redis://127.0.0.1'$$, '55P02', NULL, 'a session cannot choose a Redis');
SELECT throws_ok($$SET shopsmart.redis_timeout = 1$$, '55P02', NULL, 'nor how long all wait');
SELECT is(current_setting('shopsmart.redis_url'), '', 'the URL is empty');
SELECT is_empty($$SELECT FROM pg_settings WHERE name = 'shopsmart.redis_url'$$, 'and no view of settings has it');

SELECT * FROM finish();
ROLLBACK;
