-- What the catalogue says of shopsmart_alter_job.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_alter_job',
    'job text, schedule interval DEFAULT NULL::interval, enabled boolean DEFAULT NULL::boolean, max_runtime interval DEFAULT NULL::interval, retry_pause interval DEFAULT NULL::interval, config jsonb DEFAULT NULL::jsonb',
    'void',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
