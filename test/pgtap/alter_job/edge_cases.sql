-- Edges of shopsmart_alter_job: unknown jobs, and the bounds of each setting.
\ir ../fixture/start.psql
SELECT plan(14);

SELECT throws_ok($$SELECT shopsmart_alter_job('no such job', '1 day')$$, '42704', 'job "no such job" does not exist', 'unknown job');
SELECT throws_ok($$SELECT shopsmart_alter_job(NULL, '1 day')$$, '42704', NULL, 'no job');
SELECT lives_ok($$SELECT shopsmart_alter_job('trending')$$, 'nothing to change');
SELECT lives_ok($$SELECT shopsmart_alter_job('trending', '1 second')$$, 'each second');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', '999 milliseconds')$$, '22023', 'schedule must be between 1 second and 10 years', 'more often');
SELECT lives_ok($$SELECT shopsmart_alter_job('trending', '10 years')$$, 'every ten years');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', '11 years')$$, '22023', NULL, 'more seldom');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', max_runtime => '0')$$, '22023', 'max_runtime must be between 1 second and 20 days', 'no time');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', max_runtime => '21 days')$$, '22023', NULL, 'too much time');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', retry_pause => '1 second')$$, '22023', 'retry_pause must be between 2 seconds and 1 hour', 'too little pause');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', retry_pause => '2 hours')$$, '22023', NULL, 'too much pause');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', config => '[]')$$, '22023', 'config must be a JSON object of at most 64 kB', 'an array');
SELECT throws_ok($$SELECT shopsmart_alter_job('trending', config => jsonb_build_object('x', repeat('x', 65536)))$$, '22023', NULL, 'too large');
SELECT lives_ok($$SELECT shopsmart_alter_job('trending', config => '{"unknown": 1}')$$, 'keys that the job does not know');

SELECT * FROM finish();
ROLLBACK;
