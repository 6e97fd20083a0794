-- What the catalogue says of shopsmart_suggest.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_suggest',
    'prefix text, k integer DEFAULT 10',
    'TABLE(rank integer, kind text, suggestion text, product_id bigint, category_id bigint)',
    's', false, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
