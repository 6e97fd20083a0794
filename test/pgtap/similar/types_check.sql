-- What the catalogue says of shopsmart_similar.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_similar',
    'product_id bigint, k integer DEFAULT 10, filter jsonb DEFAULT NULL::jsonb, model text DEFAULT NULL::text',
    'TABLE(rank integer, product_id bigint, score double precision, co_count integer, strategy text, because jsonb)',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
