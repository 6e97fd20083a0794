-- What the catalogue says of shopsmart_progress.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_progress',
    'OUT pid integer, OUT task text, OUT phase text, OUT done bigint, OUT total bigint, OUT started_at timestamp with time zone',
    'SETOF record',
    'v', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
