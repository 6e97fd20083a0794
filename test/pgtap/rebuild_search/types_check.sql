-- What the catalogue says of shopsmart_rebuild_search.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_rebuild_search',
    'configuration regconfig DEFAULT NULL::regconfig, OUT generation bigint, OUT products bigint, OUT words bigint, OUT changes bigint, OUT scan_seconds double precision, OUT write_seconds double precision, OUT total_seconds double precision',
    'record',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
