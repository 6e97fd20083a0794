-- What the catalogue says of shopsmart_track.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_track',
    'user_id text, product_id bigint, event_type text DEFAULT ''view''::text, session_id text DEFAULT NULL::text, metadata jsonb DEFAULT NULL::jsonb, occurred_at timestamp with time zone DEFAULT NULL::timestamp with time zone, idempotency_key text DEFAULT NULL::text',
    'bigint',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
