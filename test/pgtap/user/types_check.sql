-- What the catalogue says of shopsmart_user.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_user',
    'user_id text, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone',
    'shopsmart_ranking',
    'i', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
