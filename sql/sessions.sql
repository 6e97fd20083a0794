-- What comes next in a visit.

CREATE FUNCTION @extschema@.shopsmart_rebuild_sessions(
    lookback interval DEFAULT NULL, as_of timestamptz DEFAULT NULL,
    OUT generation bigint, OUT sessions bigint, OUT products bigint, OUT total_seconds double precision, OUT peak_memory_bytes bigint)
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_rebuild_sessions';
COMMENT ON FUNCTION @extschema@.shopsmart_rebuild_sessions(interval, timestamptz) IS
'packs the sessions of the past for shopsmart_next(); lookback defaults to shopsmart.lookback, as_of to now';

CREATE FUNCTION @extschema@.shopsmart_next(
    user_id text, k integer DEFAULT 10, category_id bigint DEFAULT NULL, filter jsonb DEFAULT NULL,
    exclude bigint[] DEFAULT NULL, as_of timestamptz DEFAULT NULL, include_seen boolean DEFAULT false)
RETURNS TABLE (rank integer, product_id bigint, score double precision, strategy text, because bigint[])
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_next';
COMMENT ON FUNCTION @extschema@.shopsmart_next(text, integer, bigint, jsonb, bigint[], timestamptz, boolean) IS
'exactly k products for a user within a visit: what came next in the past sessions most like it, then as shopsmart_recommend(); because names the products of the visit that weigh most';
