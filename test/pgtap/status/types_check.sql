-- What the catalogue says of shopsmart_status.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_status',
    '',
    'TABLE(subject text, state text, message text, hint text)',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
