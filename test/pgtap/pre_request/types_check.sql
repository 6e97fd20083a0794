-- What the catalogue says of shopsmart_pre_request.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_pre_request', '', 'void', 'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
