-- Trending: computed by shopsmart_refresh_trending(), read as ranked lists.

CREATE FUNCTION @extschema@.shopsmart_refresh_trending(
    as_of timestamptz DEFAULT NULL,
    OUT generation bigint, OUT events_read bigint, OUT products bigint, OUT categories bigint, OUT scores_kept bigint,
    OUT scan_seconds double precision, OUT write_seconds double precision, OUT total_seconds double precision,
    OUT interaction_weight double precision, OUT changes_at timestamptz)
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_refresh_trending';
COMMENT ON FUNCTION @extschema@.shopsmart_refresh_trending(timestamptz) IS
'computes the time-decayed scores of the windows 24h, 7d and 30d before as_of (default: now), for the shop and for each category with its descendants, and makes them current';

CREATE FUNCTION @extschema@.shopsmart_trending(
    k integer DEFAULT 10, category_id bigint DEFAULT NULL, time_window text DEFAULT NULL, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_trending';
COMMENT ON FUNCTION @extschema@.shopsmart_trending(integer, bigint, text, jsonb) IS
'the products that trend in a window (24h, 7d, 30d; default: shopsmart.trending_window), in the shop or in a category with its descendants';

CREATE VIEW shopsmart.trending_scores WITH (security_invoker = true) AS
    SELECT l.time_window,
           NULLIF(l.category_id, '-9223372036854775808'::bigint) AS category_id,
           u.product_id, u.score,
           l.first_rank OPERATOR(pg_catalog.+) u.ordinality OPERATOR(pg_catalog.-) 1 AS rank,
           g.built_at AS computed_at
    FROM shopsmart.generations g
    JOIN shopsmart.ranked_lists l ON l.generation OPERATOR(pg_catalog.=) g.generation
    CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(l.product_ids), pg_catalog.unnest(l.scores))
        WITH ORDINALITY AS u(product_id, score, ordinality)
    WHERE g.kind OPERATOR(pg_catalog.=) ANY (ARRAY['trending'::text, 'popularity'::text])
      AND shopsmart.product_exists(u.product_id);
COMMENT ON VIEW shopsmart.trending_scores IS
'current trending scores (windows 24h, 7d, 30d; category_id NULL is the whole shop) and all-time popularity (window all)';
