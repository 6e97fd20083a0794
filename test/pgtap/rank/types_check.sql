-- What the catalogue says of shopsmart_rank.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_rank',
    'product_id bigint, ranking shopsmart_ranking',
    'bigint',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
