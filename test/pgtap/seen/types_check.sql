-- What the catalogue says of shopsmart_seen.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_seen',
    'user_id text, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone',
    'SETOF bigint',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
