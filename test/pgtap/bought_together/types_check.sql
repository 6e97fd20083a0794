-- What the catalogue says of shopsmart_bought_together.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_bought_together',
    'product_ids bigint[], k integer DEFAULT 10, filter jsonb DEFAULT NULL::jsonb',
    'TABLE(rank integer, product_id bigint, score double precision, support integer)',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
