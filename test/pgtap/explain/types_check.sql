-- What the catalogue says of shopsmart_explain.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_explain',
    'user_id text, product_id bigint, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, model text DEFAULT NULL::text',
    'TABLE(seed_product_id bigint, event_type text, occurred_at timestamp with time zone, weight double precision, similarity double precision, contribution double precision)',
    's', false, 's', 'c');

SELECT * FROM finish();
ROLLBACK;
