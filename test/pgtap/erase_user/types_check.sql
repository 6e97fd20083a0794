-- What the catalogue says of shopsmart_erase_user.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_erase_user',
    'user_id text, OUT users bigint, OUT events bigint, OUT event_keys bigint, OUT searches bigint',
    'record',
    'v', true, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
