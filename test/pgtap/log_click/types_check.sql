-- What the catalogue says of shopsmart_log_click.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_log_click',
    'search_id bigint, product_id bigint, rank integer, clicked_at timestamp with time zone DEFAULT NULL::timestamp with time zone',
    'boolean',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
