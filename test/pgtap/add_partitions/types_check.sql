-- What the catalogue says of shopsmart_add_partitions.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_add_partitions',
    'first date DEFAULT NULL::date, last date DEFAULT NULL::date',
    'integer',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
