-- What the catalogue says of shopsmart_last_sources.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_last_sources',
    'OUT session bigint, OUT shared bigint, OUT stored bigint',
    'record',
    'v', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
