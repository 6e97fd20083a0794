-- The similarity model and what reads it directly.

CREATE FUNCTION @extschema@.shopsmart_rebuild_similarity(
    lookback interval DEFAULT NULL, as_of timestamptz DEFAULT NULL,
    OUT generation bigint, OUT events_read bigint, OUT users bigint, OUT products bigint, OUT pairs_kept bigint,
    OUT baskets bigint, OUT basket_pairs_kept bigint, OUT blocks integer,
    OUT scan_seconds double precision, OUT similarity_seconds double precision, OUT basket_seconds double precision,
    OUT write_seconds double precision, OUT total_seconds double precision, OUT peak_memory_bytes bigint,
    OUT interaction_weight double precision)
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_rebuild_similarity';
COMMENT ON FUNCTION @extschema@.shopsmart_rebuild_similarity(interval, timestamptz) IS
'computes similarity, basket affinity and all-time popularity from the events and makes them current; lookback defaults to shopsmart.lookback, as_of to now';

CREATE FUNCTION @extschema@.shopsmart_similar(
    product_id bigint, k integer DEFAULT 10, filter jsonb DEFAULT NULL, model text DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision, co_count integer, strategy text, because jsonb)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_similar';
COMMENT ON FUNCTION @extschema@.shopsmart_similar(bigint, integer, jsonb, text) IS
'the products most similar to one product, then those of the same words, trending and popular ones until there are k; no rows for an unknown product';

CREATE FUNCTION @extschema@.shopsmart_bought_together(
    product_ids bigint[], k integer DEFAULT 10, filter jsonb DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision, support integer)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_bought_together';
COMMENT ON FUNCTION @extschema@.shopsmart_bought_together(bigint[], integer, jsonb) IS
'the products that share baskets with the given ones (one product or a cart), best cosine first; support is the number of shared baskets';

-- Whether the shop still has a product: a model keeps the ids of deleted products until its next rebuild.
CREATE FUNCTION shopsmart.product_exists(product_id bigint) RETURNS boolean
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_product_exists';
COMMENT ON FUNCTION shopsmart.product_exists(bigint) IS 'whether the caller can see that product in the shop';

CREATE VIEW shopsmart.item_similarity WITH (security_invoker = true) AS
    SELECT n.product_id, u.neighbor_id AS similar_product_id, u.score, u.co_count, u.rank
    FROM shopsmart.generations g
    JOIN shopsmart.neighbors n ON n.generation OPERATOR(pg_catalog.=) g.generation
    CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(n.neighbor_ids), pg_catalog.unnest(n.scores), pg_catalog.unnest(n.co_counts))
        WITH ORDINALITY AS u(neighbor_id, score, co_count, rank)
    WHERE g.kind OPERATOR(pg_catalog.=) 'similarity'::text
      AND shopsmart.product_exists(n.product_id) AND shopsmart.product_exists(u.neighbor_id);
COMMENT ON VIEW shopsmart.item_similarity IS 'the current similarity model, one row a pair; rank counts from 1';

CREATE VIEW shopsmart.basket_affinity WITH (security_invoker = true) AS
    SELECT n.product_id, u.neighbor_id AS other_product_id, u.score, u.co_count AS support, u.rank
    FROM shopsmart.generations g
    JOIN shopsmart.neighbors n ON n.generation OPERATOR(pg_catalog.=) g.generation
    CROSS JOIN LATERAL ROWS FROM (pg_catalog.unnest(n.neighbor_ids), pg_catalog.unnest(n.scores), pg_catalog.unnest(n.co_counts))
        WITH ORDINALITY AS u(neighbor_id, score, co_count, rank)
    WHERE g.kind OPERATOR(pg_catalog.=) 'baskets'::text
      AND shopsmart.product_exists(n.product_id) AND shopsmart.product_exists(u.neighbor_id);
COMMENT ON VIEW shopsmart.basket_affinity IS 'the current bought-together model, one row a pair; support is the number of shared baskets';
