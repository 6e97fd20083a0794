-- A ranking as an order of rows: ORDER BY p.product_id <~> shopsmart_user('ana'), and the access method that walks it.

CREATE TYPE @extschema@.shopsmart_ranking;
CREATE FUNCTION @extschema@.shopsmart_ranking_in(cstring) RETURNS @extschema@.shopsmart_ranking
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_ranking_in';
COMMENT ON FUNCTION @extschema@.shopsmart_ranking_in(cstring) IS 'reads a ranking: user:ana, similar_to:17, cart:17,4, trend:7d:3';
CREATE FUNCTION @extschema@.shopsmart_ranking_out(@extschema@.shopsmart_ranking) RETURNS cstring
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_ranking_out';
COMMENT ON FUNCTION @extschema@.shopsmart_ranking_out(@extschema@.shopsmart_ranking) IS 'writes a ranking as shopsmart_ranking_in reads it';
CREATE TYPE @extschema@.shopsmart_ranking (
    INPUT = @extschema@.shopsmart_ranking_in, OUTPUT = @extschema@.shopsmart_ranking_out,
    INTERNALLENGTH = VARIABLE, ALIGNMENT = double, STORAGE = extended);
COMMENT ON TYPE @extschema@.shopsmart_ranking IS 'names an order of all products; computed when a query uses it';

-- Immutable, for they only name the order: the planner sees a constant, and all work is in the scan.
CREATE FUNCTION @extschema@.shopsmart_user(user_id text, as_of timestamptz DEFAULT NULL) RETURNS @extschema@.shopsmart_ranking
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_user';
COMMENT ON FUNCTION @extschema@.shopsmart_user(text, timestamptz) IS
'the order in which shopsmart_recommend() shows products to a user; products of the history come last';

CREATE FUNCTION @extschema@.shopsmart_similar_to(product_id bigint) RETURNS @extschema@.shopsmart_ranking
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_similar_to';
COMMENT ON FUNCTION @extschema@.shopsmart_similar_to(bigint) IS 'the order in which shopsmart_similar() shows products; the product itself comes last';

CREATE FUNCTION @extschema@.shopsmart_cart(product_ids bigint[]) RETURNS @extschema@.shopsmart_ranking
LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_cart';
COMMENT ON FUNCTION @extschema@.shopsmart_cart(bigint[]) IS
'what is bought together with these products first, as shopsmart_bought_together() shows it, then trending and popular products; the cart itself comes last';

CREATE FUNCTION @extschema@.shopsmart_trend(category_id bigint DEFAULT NULL, time_window text DEFAULT NULL) RETURNS @extschema@.shopsmart_ranking
LANGUAGE c IMMUTABLE CALLED ON NULL INPUT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_trend';
COMMENT ON FUNCTION @extschema@.shopsmart_trend(bigint, text) IS
'trending products of a category first, then of the shop, then popular ones; the window is 24h, 7d or 30d';

CREATE FUNCTION @extschema@.shopsmart_rank(product_id bigint, ranking @extschema@.shopsmart_ranking) RETURNS bigint
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE COST 50
AS 'MODULE_PATHNAME', 'shopsmart_rank';
COMMENT ON FUNCTION @extschema@.shopsmart_rank(bigint, @extschema@.shopsmart_ranking) IS
'where a product stands in an order: smaller is better, no two products share a number, and numbers leave gaps';

CREATE OPERATOR @extschema@.<~> (
    LEFTARG = bigint, RIGHTARG = @extschema@.shopsmart_ranking, FUNCTION = @extschema@.shopsmart_rank);
COMMENT ON OPERATOR @extschema@.<~> (bigint, @extschema@.shopsmart_ranking) IS 'where a product stands in an order; an index of method shopsmart sorts by it';

CREATE FUNCTION @extschema@.shopsmart_seen(user_id text, as_of timestamptz DEFAULT NULL) RETURNS SETOF bigint
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL SAFE ROWS 50
AS 'MODULE_PATHNAME', 'shopsmart_seen';
COMMENT ON FUNCTION @extschema@.shopsmart_seen(text, timestamptz) IS 'the products of a user''s history, newest first: those that shopsmart_recommend() leaves out';

CREATE FUNCTION @extschema@.shopsmart_last_scan(
    OUT candidates bigint, OUT products bigint, OUT lookups bigint, OUT stage text, OUT map_used boolean)
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_last_scan';
COMMENT ON FUNCTION @extschema@.shopsmart_last_scan() IS 'what the last ordered index scan of this session did; NULL when there was none';

CREATE FUNCTION @extschema@.shopsmart_order_handler(internal) RETURNS index_am_handler
LANGUAGE c VOLATILE PARALLEL SAFE
AS '$libdir/shopsmart_order', 'shopsmart_order_handler';
COMMENT ON FUNCTION @extschema@.shopsmart_order_handler(internal) IS 'the access method shopsmart';
CREATE ACCESS METHOD shopsmart TYPE INDEX HANDLER @extschema@.shopsmart_order_handler;
COMMENT ON ACCESS METHOD shopsmart IS 'walks a ranking of products as far as a query needs; stores nothing';
CREATE OPERATOR CLASS @extschema@.shopsmart_order_ops DEFAULT FOR TYPE bigint USING shopsmart AS
    OPERATOR 1 @extschema@.<~> (bigint, @extschema@.shopsmart_ranking) FOR ORDER BY pg_catalog.integer_ops;
COMMENT ON OPERATOR CLASS @extschema@.shopsmart_order_ops USING shopsmart IS 'products in the order of a ranking';
