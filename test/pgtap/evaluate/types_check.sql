-- What the catalogue says of shopsmart_evaluate.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_evaluate',
    'models text[] DEFAULT ''{rp3beta,popularity,trending}''::text[], split text DEFAULT ''time''::text, k integer[] DEFAULT ''{5,10,20}''::integer[], split_at timestamp with time zone DEFAULT NULL::timestamp with time zone, as_of timestamp with time zone DEFAULT NULL::timestamp with time zone, lookback interval DEFAULT NULL::interval, answers text[] DEFAULT NULL::text[], include_seen boolean DEFAULT false, max_users integer DEFAULT 20000, seed bigint DEFAULT 0',
    'SETOF shopsmart.evaluation_metrics',
    'v', false, 'u', 'c');

SELECT * FROM finish();
ROLLBACK;
