-- Product search: an index of the words of the catalogue, kept by triggers on products and categories.

CREATE FUNCTION shopsmart.note_product_text() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_note_product_text';
COMMENT ON FUNCTION shopsmart.note_product_text() IS 'trigger of products: notes the words of a row in shopsmart.search_changes';

CREATE FUNCTION shopsmart.note_category_name() RETURNS trigger
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_note_category_name';
COMMENT ON FUNCTION shopsmart.note_category_name() IS 'trigger of categories: notes the words of all products of a category that got another name';

CREATE FUNCTION @extschema@.shopsmart_rebuild_search(
    configuration regconfig DEFAULT NULL,
    OUT generation bigint, OUT products bigint, OUT words bigint, OUT changes bigint,
    OUT scan_seconds double precision, OUT write_seconds double precision, OUT total_seconds double precision)
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_rebuild_search';
COMMENT ON FUNCTION @extschema@.shopsmart_rebuild_search(regconfig) IS
'makes the search index anew from the products; configuration is a text search configuration (default: that of the index there is, else default_text_search_config)';

CREATE FUNCTION @extschema@.shopsmart_setup_search(configuration regconfig DEFAULT NULL) RETURNS void
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop;
    columns text := 'ROW(%1$s.product_id, %1$s.sku, %1$s.name, %1$s.brand, %1$s.category_id, %1$s.description)';
    wanted record;
BEGIN
    SELECT * INTO attached FROM shopsmart.shop;
    IF attached.events IS NULL THEN
        RAISE EXCEPTION 'the shop has no tables yet'
            USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'Call shopsmart_setup() first.';
    END IF;
    -- Two sessions that set up at the same time end up with one index.
    PERFORM pg_advisory_xact_lock(1397510992, 0);
    -- ALWAYS: a subscriber of logical replication keeps an index of its own.
    FOR wanted IN
        SELECT * FROM (VALUES
            ('shopsmart_search_insert', attached.products, 'AFTER INSERT ON %2$s FOR EACH ROW EXECUTE FUNCTION shopsmart.note_product_text()'),
            ('shopsmart_search_update', attached.products, 'AFTER UPDATE ON %2$s FOR EACH ROW WHEN (' || format(columns, 'old') || ' IS DISTINCT FROM '
             || format(columns, 'new') || ') EXECUTE FUNCTION shopsmart.note_product_text()'),
            ('shopsmart_search_rename', attached.categories, 'AFTER UPDATE ON %2$s FOR EACH ROW WHEN (old.name IS DISTINCT FROM new.name)'
             ' EXECUTE FUNCTION shopsmart.note_category_name()')) AS t (name, relation, definition)
        WHERE NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.relation AND g.tgname = t.name)
    LOOP
        EXECUTE format('CREATE TRIGGER %1$I ' || wanted.definition, wanted.name, wanted.relation);
        EXECUTE format('ALTER TRIGGER %1$I ON %2$s DEPENDS ON EXTENSION shopsmart', wanted.name, wanted.relation);
        EXECUTE format('ALTER TABLE %2$s ENABLE ALWAYS TRIGGER %1$I', wanted.name, wanted.relation);
    END LOOP;
    PERFORM @extschema@.shopsmart_rebuild_search(configuration);
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_setup_search(regconfig) IS
'makes the triggers that keep the search index, and the index; calling it again is fine';

CREATE FUNCTION @extschema@.shopsmart_search(
    query text, k integer DEFAULT 10, filter jsonb DEFAULT NULL, correct boolean DEFAULT true, sort text DEFAULT NULL, after text DEFAULT NULL,
    understand boolean DEFAULT true, user_id text DEFAULT NULL)
RETURNS TABLE (rank integer, product_id bigint, score double precision, answered_by text, cursor text, from_user double precision, because bigint[])
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_search';
COMMENT ON FUNCTION @extschema@.shopsmart_search(text, integer, jsonb, boolean, text, text, boolean, text) IS
'the products that hold words of the query, best first; unless correct is false, words that no product holds are corrected, and unless understand is false, bounds, names and orders in the query count as such; for a user, in the order of his taste too';

CREATE FUNCTION @extschema@.shopsmart_parse_query(query text, correct boolean DEFAULT true) RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_parse_query';
COMMENT ON FUNCTION @extschema@.shopsmart_parse_query(text, boolean) IS
'what a query means besides words: a filter, an order, what must not be there, and where in the query each of them was read';

CREATE FUNCTION @extschema@.shopsmart_did_you_mean(query text) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_did_you_mean';
COMMENT ON FUNCTION @extschema@.shopsmart_did_you_mean(text) IS
'the query with each word that no product holds replaced by one of the catalogue; NULL when there is nothing to replace';

CREATE FUNCTION @extschema@.shopsmart_suggest(prefix text, k integer DEFAULT 10)
RETURNS TABLE (rank integer, kind text, suggestion text, product_id bigint, category_id bigint)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 10
AS 'MODULE_PATHNAME', 'shopsmart_suggest';
COMMENT ON FUNCTION @extschema@.shopsmart_suggest(text, integer) IS
'for search as one types: queries of others, brands, categories and products that go on where the text ends; misspelt words before the last are corrected';

CREATE FUNCTION @extschema@.shopsmart_facets(
    query text, filter jsonb DEFAULT NULL, facets text[] DEFAULT '{brand,category,price,rating}', k integer DEFAULT 20, correct boolean DEFAULT true,
    understand boolean DEFAULT true)
RETURNS TABLE (facet text, value text, products bigint, adds jsonb)
LANGUAGE c STABLE CALLED ON NULL INPUT PARALLEL RESTRICTED ROWS 50
AS 'MODULE_PATHNAME', 'shopsmart_facets';
COMMENT ON FUNCTION @extschema@.shopsmart_facets(text, jsonb, text[], integer, boolean, boolean) IS
'how many of the products that hold the words of the query have which brand, category, price, rating or attribute; a facet ignores its own part of the filter';
