-- What the catalogue says of shopsmart_unpublish_user.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_unpublish_user', 'user_id text', 'boolean', 'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
