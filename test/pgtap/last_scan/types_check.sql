-- What the catalogue says of shopsmart_last_scan.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_last_scan',
    'OUT candidates bigint, OUT products bigint, OUT lookups bigint, OUT stage text, OUT map_used boolean',
    'record',
    'v', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
