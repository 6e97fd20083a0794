-- What the catalogue says of shopsmart_ping_redis.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_ping_redis',
    'OUT answered boolean, OUT milliseconds double precision, OUT fault text',
    'record',
    'v', true, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
