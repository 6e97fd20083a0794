-- What the catalogue says of shopsmart_rebuild_similarity.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_rebuild_similarity',
    'lookback interval DEFAULT NULL::interval, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, OUT generation bigint, OUT events_read bigint, OUT users bigint, OUT products bigint, OUT pairs_kept bigint, OUT baskets bigint, OUT basket_pairs_kept bigint, OUT blocks integer, OUT scan_seconds double precision, OUT similarity_seconds double precision, OUT basket_seconds double precision, OUT write_seconds double precision, OUT total_seconds double precision, OUT peak_memory_bytes bigint, OUT interaction_weight double precision',
    'record',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
