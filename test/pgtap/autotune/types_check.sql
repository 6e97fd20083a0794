-- What the catalogue says of shopsmart_autotune.
\ir ../fixture/start.psql
\ir ../fixture/contract.psql
SELECT plan(11);

SELECT * FROM pg_temp.contract('shopsmart_autotune',
    'budget interval DEFAULT ''00:10:00''::interval, dry_run boolean DEFAULT false, answers text[] DEFAULT NULL::text[], max_users integer DEFAULT 5000',
    'TABLE(place bigint, model text, users bigint, ndcg double precision, ndcg_low double precision, ndcg_high double precision, hit_rate double precision, coverage double precision, note text)',
    'v', false, 'u', 'plpgsql');

SELECT * FROM finish();
ROLLBACK;
