-- What the catalogue says of shopsmart_did_you_mean.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_did_you_mean',
    'query text',
    'text',
    's', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
