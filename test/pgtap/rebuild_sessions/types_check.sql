-- What the catalogue says of shopsmart_rebuild_sessions.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_rebuild_sessions',
    'lookback interval DEFAULT NULL::interval, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, OUT generation bigint, OUT sessions bigint, OUT products bigint, OUT total_seconds double precision, OUT peak_memory_bytes bigint',
    'record',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
