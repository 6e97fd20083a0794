-- What the catalogue says of shopsmart_drop_model.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_drop_model',
    'model text',
    'void',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
