-- What the catalogue says of shopsmart_trend.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_trend',
    'category_id bigint DEFAULT NULL::bigint, time_window text DEFAULT NULL::text',
    'shopsmart_ranking',
    'i', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
