-- Recommendations for a user, and why.

CREATE FUNCTION @extschema@.shopsmart_recommend(
    user_id text, k integer DEFAULT 10, category_id bigint DEFAULT NULL, filter jsonb DEFAULT NULL,
    exclude bigint[] DEFAULT NULL, as_of timestamptz DEFAULT NULL, include_seen boolean DEFAULT false,
    model text DEFAULT NULL, again text[] DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision, strategy text, because bigint[])
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_recommend';
COMMENT ON FUNCTION @extschema@.shopsmart_recommend(text, integer, bigint, jsonb, bigint[], timestamptz, boolean, text, text[]) IS
'exactly k products for a user, best first, while k eligible ones exist; because names the products of the user''s history that weigh most';

CREATE FUNCTION @extschema@.shopsmart_explain(
    user_id text, product_id bigint, as_of timestamptz DEFAULT NULL, model text DEFAULT NULL)
RETURNS TABLE (seed_product_id bigint, event_type text, occurred_at timestamptz,
               weight double precision, similarity double precision, contribution double precision)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_explain';
COMMENT ON FUNCTION @extschema@.shopsmart_explain(text, bigint, timestamptz, text) IS
'the events of the user''s history that speak for a product; contribution = weight * similarity, and the contributions add up to the personalised score';
