-- How good the models are, measured on the shop's own events.

CREATE FUNCTION @extschema@.shopsmart_evaluate(
    models text[] DEFAULT '{rp3beta,popularity,trending}', split text DEFAULT 'time', k integer[] DEFAULT '{5,10,20}',
    split_at timestamptz DEFAULT NULL, as_of timestamptz DEFAULT NULL, lookback interval DEFAULT NULL,
    answers text[] DEFAULT NULL, include_seen boolean DEFAULT false, max_users integer DEFAULT 20000, seed bigint DEFAULT 0)
RETURNS SETOF shopsmart.evaluation_metrics
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 9
AS 'MODULE_PATHNAME', 'shopsmart_evaluate';
COMMENT ON FUNCTION @extschema@.shopsmart_evaluate(text[], text, integer[], timestamptz, timestamptz, interval, text[], boolean, integer, bigint) IS
'judges models by what users went for after the split: one row a model and k, stored with its segments in shopsmart.evaluation_metrics; changes no model';
