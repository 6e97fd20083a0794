-- What the catalogue says of shopsmart_train.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_train',
    'model text, lookback interval DEFAULT NULL::interval, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, OUT generation bigint, OUT is_default boolean, OUT events_read bigint, OUT users bigint, OUT products bigint, OUT pairs_kept bigint, OUT blocks integer, OUT total_seconds double precision, OUT peak_memory_bytes bigint',
    'record',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
