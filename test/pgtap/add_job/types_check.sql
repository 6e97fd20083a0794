-- What the catalogue says of shopsmart_add_job.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_add_job',
    'job text, function regproc, schedule interval, config jsonb DEFAULT ''{}''::jsonb, max_runtime interval DEFAULT ''01:00:00''::interval, retry_pause interval DEFAULT ''00:01:00''::interval',
    'void',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
