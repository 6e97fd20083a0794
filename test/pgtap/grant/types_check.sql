-- What the catalogue says of shopsmart_grant.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_grant',
    'role_name name, access text',
    'void',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
