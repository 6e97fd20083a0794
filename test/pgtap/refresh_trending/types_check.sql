-- What the catalogue says of shopsmart_refresh_trending.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_refresh_trending',
    'as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, OUT generation bigint, OUT events_read bigint, OUT products bigint, OUT categories bigint, OUT scores_kept bigint, OUT scan_seconds double precision, OUT write_seconds double precision, OUT total_seconds double precision, OUT interaction_weight double precision, OUT changes_at timestamp with time zone',
    'record',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
