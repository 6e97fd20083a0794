-- What the catalogue says of shopsmart_setup_search_log.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_setup_search_log',
    '',
    'void',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
