-- What the catalogue says of shopsmart_setup.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_setup',
    'schema name DEFAULT ''shop''::name, order_index boolean DEFAULT true',
    'void',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
