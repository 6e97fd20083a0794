-- What the catalogue says of shopsmart_cache_reset.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_cache_reset',
    '',
    'bigint',
    'v', true, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
