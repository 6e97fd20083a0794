-- What the catalogue says of shopsmart_log_search.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_log_search',
    'query text, results integer, answered_by text DEFAULT NULL::text, user_id text DEFAULT NULL::text, searched_at timestamp with time zone DEFAULT NULL::timestamp with time zone',
    'bigint',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
