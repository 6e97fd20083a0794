-- What the catalogue says of shopsmart_parse_query.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_parse_query',
    'query text, correct boolean DEFAULT true',
    'jsonb',
    's', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
