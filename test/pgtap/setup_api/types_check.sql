-- What the catalogue says of shopsmart_setup_api.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_setup_api',
    'schema name DEFAULT ''api''::name',
    'void',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
