-- Who may call what of the API.

CREATE FUNCTION shopsmart.api_rights() RETURNS TABLE (object text, granted_to text)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 24
BEGIN ATOMIC
    SELECT * FROM (VALUES
        ('products', 'web_anon, shop_user, shop_service, shop_admin'),
        ('categories', 'web_anon, shop_user, shop_service, shop_admin'),
        ('similar_products', 'web_anon, shop_user, shop_service, shop_admin'),
        ('bought_together', 'web_anon, shop_user, shop_service, shop_admin'),
        ('trending', 'web_anon, shop_user, shop_service, shop_admin'),
        ('search', 'web_anon, shop_user, shop_service, shop_admin'),
        ('suggest', 'web_anon, shop_user, shop_service, shop_admin'),
        ('facets', 'web_anon, shop_user, shop_service, shop_admin'),
        ('recommendations', 'shop_user, shop_service'),
        ('explain', 'shop_user, shop_service'),
        ('track_event', 'shop_user, shop_service'),
        ('track_events', 'shop_user, shop_service'),
        ('log_search', 'shop_user, shop_service'),
        ('log_click', 'shop_user, shop_service'),
        ('anonymous_token', 'web_anon, shop_user'),
        ('merge', 'shop_user'),
        ('me', 'shop_user'),
        ('erase_me', 'shop_user'),
        ('export_user', 'shop_admin'),
        ('erase_user', 'shop_admin'),
        ('run_job', 'shop_admin'),
        ('jobs', 'shop_admin'),
        ('status', 'shop_admin'),
        ('evaluations', 'shop_admin')
    ) AS allowed (object, granted_to);
END;
COMMENT ON FUNCTION shopsmart.api_rights() IS 'each object of the API with the roles that may use it';

-- Rights for the roles of the API. Members of the extension come first: without them no function for HTTP works.
CREATE FUNCTION shopsmart.grant_api(schema name, attached shopsmart.shop) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    made record;
BEGIN
    PERFORM @extschema@.shopsmart_grant('shop_api', 'write'), @extschema@.shopsmart_grant('shop_service', 'write'),
            @extschema@.shopsmart_grant('shop_admin', 'admin');
    GRANT EXECUTE ON FUNCTION shopsmart.raise_for_http(text, text, text, text), shopsmart.calling_role(), shopsmart.begin_request(text),
        shopsmart.personal_request(text), shopsmart.require_product(bigint), shopsmart.require_service_for(timestamptz), shopsmart.check_batch(jsonb),
        shopsmart.sign_token(jsonb), shopsmart.verified_claims(text), shopsmart.anonymous_claims(), shopsmart.anonymous_user(text),
        shopsmart.merge_users(text, text), shopsmart.attached_shop(), @extschema@.shopsmart_export_user(text), @extschema@.shopsmart_erase_user(text)
        TO shop_api;
    -- What a user may do to his own rows; row security has the last word.
    GRANT INSERT ON shopsmart.erasures TO shop_api;
    EXECUTE format('GRANT DELETE ON %s, %s, %s TO shop_api', attached.users, attached.events, attached.event_keys);
    EXECUTE format('GRANT UPDATE (created_at) ON %s TO shop_api', attached.users);
    EXECUTE format('GRANT UPDATE (user_id) ON %s TO shop_api', attached.events);
    EXECUTE format('GRANT UPDATE (user_id) ON %s TO shop_api', attached.event_keys);
    GRANT EXECUTE ON FUNCTION shopsmart.raise_for_http(text, text, text, text), shopsmart.begin_request(text) TO shop_admin;
    GRANT USAGE ON SCHEMA @extschema@ TO web_anon, shop_user, shop_service, shop_admin;
    GRANT EXECUTE ON FUNCTION @extschema@.shopsmart_pre_request() TO shop_api, web_anon, shop_user, shop_service, shop_admin;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO web_anon, shop_user, shop_service, shop_admin', schema);
    FOR made IN
        SELECT c.oid::regclass::text AS name, 'TABLE' AS kind, a.granted_to
        FROM shopsmart.api_rights() AS a JOIN pg_class c ON c.relname = a.object AND c.relnamespace = quote_ident(schema)::regnamespace AND c.relkind = 'v'
        UNION ALL
        SELECT p.oid::regprocedure::text, 'FUNCTION', a.granted_to
        FROM shopsmart.api_rights() AS a JOIN pg_proc p ON p.proname = a.object AND p.pronamespace = quote_ident(schema)::regnamespace
    LOOP
        EXECUTE format('ALTER %s %s OWNER TO shop_api', CASE made.kind WHEN 'TABLE' THEN 'VIEW' ELSE made.kind END, made.name);
        EXECUTE format('REVOKE ALL ON %s %s FROM PUBLIC', made.kind, made.name);
        EXECUTE format('GRANT %s ON %s %s TO %s', CASE made.kind WHEN 'TABLE' THEN 'SELECT' ELSE 'EXECUTE' END, made.kind, made.name, made.granted_to);
        IF made.kind = 'FUNCTION' THEN
            EXECUTE format('ALTER FUNCTION %s DEPENDS ON EXTENSION shopsmart', made.name);
        END IF;
    END LOOP;
    FOR made IN
        SELECT c.oid::regclass::text AS name FROM pg_class c
        WHERE c.relnamespace = quote_ident(schema)::regnamespace AND c.relkind = 'c' AND position(' {api}.' || c.relname || ' ' IN shopsmart.api_script()) > 0
    LOOP
        EXECUTE format('ALTER TYPE %s OWNER TO shop_api', made.name);
    END LOOP;
END
$$;
COMMENT ON FUNCTION shopsmart.grant_api(name, shopsmart.shop) IS 'makes shop_api the owner of the API and grants each role what it may use';
