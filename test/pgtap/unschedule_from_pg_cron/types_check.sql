-- What the catalogue says of shopsmart_unschedule_from_pg_cron.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_unschedule_from_pg_cron',
    '',
    'integer',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
