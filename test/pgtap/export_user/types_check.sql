-- What the catalogue says of shopsmart_export_user.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_export_user',
    'user_id text',
    'jsonb',
    's', true, 's', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
