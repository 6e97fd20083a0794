-- Edges of shopsmart_drop_job: what is not there, and what comes with the extension.
\ir ../fixture/start.psql
SELECT plan(5);

SELECT throws_ok($$SELECT shopsmart_drop_job('no such job')$$, '42704', 'job "no such job" does not exist', 'unknown job');
SELECT throws_ok($$SELECT shopsmart_drop_job('trending')$$, '55000', 'job "trending" comes with the extension', 'a shipped job');
SELECT lives_ok($$SELECT shopsmart_drop_job(NULL)$$, 'NULL drops nothing');
CREATE FUNCTION public.own(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint$$;
SELECT shopsmart_add_job('own', 'public.own', '1 hour') \g /dev/null
DROP FUNCTION public.own(jsonb);
SELECT lives_ok($$SELECT shopsmart_drop_job('own')$$, 'a job whose function is gone');
SELECT throws_ok($$SELECT shopsmart_drop_job('own')$$, '42704', NULL, 'twice');

SELECT * FROM finish();
ROLLBACK;
