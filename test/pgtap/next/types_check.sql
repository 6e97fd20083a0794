-- What the catalogue says of shopsmart_next.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_next',
    'user_id text, k integer DEFAULT 10, category_id bigint DEFAULT NULL::bigint, filter jsonb DEFAULT NULL::jsonb, exclude bigint[] DEFAULT NULL::bigint[], as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, include_seen boolean DEFAULT false',
    'TABLE(rank integer, product_id bigint, score double precision, strategy text, because bigint[])',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
