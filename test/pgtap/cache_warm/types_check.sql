-- What the catalogue says of shopsmart_cache_warm.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_cache_warm',
    'users integer DEFAULT 1000',
    'bigint',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
