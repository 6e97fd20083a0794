-- What the catalogue says of shopsmart_trending.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_trending',
    'k integer DEFAULT 10, category_id bigint DEFAULT NULL::bigint, time_window text DEFAULT NULL::text, filter jsonb DEFAULT NULL::jsonb',
    'TABLE(rank integer, product_id bigint, score double precision)',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
