-- What the catalogue says of shopsmart_similar_to.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_similar_to',
    'product_id bigint',
    'shopsmart_ranking',
    'i', true, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
