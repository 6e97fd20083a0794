-- What the catalogue says of shopsmart_search.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_search',
    'query text, k integer DEFAULT 10, filter jsonb DEFAULT NULL::jsonb, correct boolean DEFAULT true, sort text DEFAULT NULL::text, after text DEFAULT NULL::text, understand boolean DEFAULT true, user_id text DEFAULT NULL::text',
    'TABLE(rank integer, product_id bigint, score double precision, answered_by text, cursor text, from_user double precision, because bigint[])',
    's', false, 'r', 'c');

SELECT * FROM finish();
ROLLBACK;
