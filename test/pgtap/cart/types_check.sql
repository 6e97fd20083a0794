-- What the catalogue says of shopsmart_cart.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_cart',
    'product_ids bigint[]',
    'shopsmart_ranking',
    'i', true, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
