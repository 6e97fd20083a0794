-- Edges of shopsmart_add_job: names that are taken, long or odd, functions that do not fit.
\ir ../fixture/start.psql
SELECT plan(12);

CREATE FUNCTION public.own(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint$$;
CREATE FUNCTION public.other(config json) RETURNS bigint LANGUAGE sql AS $$SELECT 1::bigint$$;
CREATE SCHEMA "Odd schema";
CREATE FUNCTION "Odd schema"."quote "" and name"(config jsonb) RETURNS bigint LANGUAGE sql AS $$SELECT 5::bigint$$;

SELECT lives_ok($$SELECT shopsmart_add_job('own', 'public.own', '1 hour')$$, 'a job');
SELECT throws_ok($$SELECT shopsmart_add_job('own', 'public.own', '1 hour')$$, '42710', 'job "own" already exists', 'twice');
SELECT throws_ok($$SELECT shopsmart_add_job('trending', 'public.own', '1 hour')$$, '42710', NULL, 'the name of a shipped job');
SELECT throws_ok($$SELECT shopsmart_add_job('', 'public.own', '1 hour')$$, '22023', 'job must have 1 to 63 characters', 'no name');
SELECT throws_ok($$SELECT shopsmart_add_job(repeat('x', 64), 'public.own', '1 hour')$$, '22023', NULL, 'a long name');
SELECT throws_ok($$SELECT shopsmart_add_job('other', 'public.other', '1 hour')$$, '42883', 'function public.other(jsonb) does not exist', 'a function of json');
SELECT throws_ok($$SELECT shopsmart_add_job('gone', 0, '1 hour')$$, '42883', NULL, 'no function');
SELECT throws_ok($$SELECT shopsmart_add_job('never', 'public.own', '0')$$, '22023', NULL, 'no schedule');
SELECT throws_ok($$SELECT shopsmart_add_job('array', 'public.own', '1 hour', '[]')$$, '22023', NULL, 'config is no object');
SELECT lives_ok($$SELECT shopsmart_add_job('odd "name"; --', '"Odd schema"."quote "" and name"', '1 hour')$$, 'names that have to be quoted');
SELECT results_eq($$SELECT status, rows FROM shopsmart_run_job('odd "name"; --')$$, $$VALUES ('succeeded', 5::bigint)$$, '... work');
SELECT is_empty($$SELECT shopsmart_add_job('null', NULL, '1 hour') WHERE false$$, 'NULL adds nothing');

SELECT * FROM finish();
ROLLBACK;
