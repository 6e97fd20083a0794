-- What the functions for HTTP rest on. They themselves are made by shopsmart_setup_api(), in a schema of the shop's choice.

CREATE FUNCTION shopsmart.raise_for_http(code text, message text, detail text, hint text) RETURNS void
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_raise_for_http';
COMMENT ON FUNCTION shopsmart.raise_for_http(text, text, text, text) IS
'raises an error again, with a SQLSTATE that PostgREST turns into the right HTTP status where it would not do so itself';

-- Who asks, also inside a SECURITY DEFINER function: SET ROLE is what PostgREST does for each request.
CREATE FUNCTION shopsmart.calling_role() RETURNS name
LANGUAGE sql STABLE PARALLEL SAFE
RETURN CASE pg_catalog.current_setting('role'::text) WHEN 'none' THEN session_user ELSE (pg_catalog.current_setting('role'::text))::name END;
COMMENT ON FUNCTION shopsmart.calling_role() IS 'the role that a session acts as, seen through SECURITY DEFINER functions';

-- Also for db-pre-request of PostgREST, so that it is public; a request counts once.
CREATE FUNCTION @extschema@.shopsmart_pre_request() RETURNS void
LANGUAGE c VOLATILE PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_pre_request';
COMMENT ON FUNCTION @extschema@.shopsmart_pre_request() IS
'counts a request over HTTP and refuses it when the user, or all visitors without a token together, made too many in the last minute';

CREATE FUNCTION shopsmart.begin_request(cache_control text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    PERFORM @extschema@.shopsmart_pre_request();
    PERFORM set_config('response.headers', json_build_array(json_build_object('Cache-Control', cache_control))::text, true);
END
$$;
COMMENT ON FUNCTION shopsmart.begin_request(text) IS 'begins to answer a request: counts it, and says how its answer may be cached';

-- The user stands in the token. Only a service, which has no user of its own, says for whom it asks.
-- Row security lets the functions for HTTP see nobody else: the policies ask for the setting that is made here.
CREATE FUNCTION shopsmart.personal_request(user_id text) RETURNS text
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
    person text := user_id;
BEGIN
    IF pg_has_role(shopsmart.calling_role(), 'shop_service', 'USAGE') THEN
        IF person IS NULL THEN
            RAISE EXCEPTION 'user_id must not be null'
                USING ERRCODE = 'null_value_not_allowed', HINT = 'A service says for which user it asks.';
        END IF;
    ELSE
        person := CASE jsonb_typeof(claims -> 'sub') WHEN 'string' THEN claims ->> 'sub' END;
        IF person IS NULL THEN
            RAISE EXCEPTION 'the token names no user'
                USING ERRCODE = 'insufficient_privilege', HINT = 'Its claim "sub" has to hold the id of the user.';
        END IF;
        IF user_id <> person THEN
            RAISE EXCEPTION 'you may not act for another user'
                USING ERRCODE = 'insufficient_privilege', HINT = 'Leave user_id out: the token says who you are.';
        END IF;
    END IF;
    PERFORM shopsmart.begin_request('private, no-store');
    PERFORM set_config('shop_api.acting_for', ARRAY[person]::text, true);
    RETURN person;
END
$$;
COMMENT ON FUNCTION shopsmart.personal_request(text) IS
'begins to answer a request about one user, whom it returns: the "sub" of the token, or for a service the one that it names';

CREATE FUNCTION shopsmart.require_product(product_id bigint) RETURNS void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF product_id IS NULL THEN
        RAISE EXCEPTION 'product_id must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF NOT shopsmart.product_exists(product_id) THEN
        RAISE EXCEPTION 'product % does not exist', product_id USING ERRCODE = 'no_data_found';
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.require_product(bigint) IS 'raises P0002 for a product that the caller cannot see';

CREATE FUNCTION shopsmart.require_service_for(occurred_at timestamptz) RETURNS void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    IF occurred_at IS NOT NULL AND NOT pg_has_role(shopsmart.calling_role(), 'shop_service', 'USAGE') THEN
        RAISE EXCEPTION 'you may not choose the time of an event'
            USING ERRCODE = 'insufficient_privilege', HINT = 'Leave occurred_at out: it happens now.';
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.require_service_for(timestamptz) IS 'raises 42501 when somebody else than a service gives the time of an event';

CREATE FUNCTION shopsmart.check_batch(events jsonb) RETURNS void
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    is_service boolean := pg_has_role(shopsmart.calling_role(), 'shop_service', 'USAGE');
    most integer := CASE WHEN is_service THEN 10000 ELSE 1000 END;
    unknown_key text;
BEGIN
    IF events IS NULL THEN
        RAISE EXCEPTION 'events must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF jsonb_typeof(events) <> 'array' OR jsonb_path_exists(events, 'strict $[*] ? (@.type() != "object")') THEN
        RAISE EXCEPTION 'events must be an array of JSON objects' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF jsonb_array_length(events) > most OR NOT is_service AND octet_length(events::text) > 65536 THEN
        RAISE EXCEPTION 'too many events at once'
            USING ERRCODE = 'program_limit_exceeded', DETAIL = format('At most %s events of together 64 kB are taken.', most), HINT = 'Send them in several calls.';
    END IF;
    SELECT k.name INTO unknown_key
    FROM jsonb_array_elements(events) AS event(value) CROSS JOIN jsonb_object_keys(event.value) AS k(name)
    WHERE k.name NOT IN ('user_id', 'product_id', 'event_type', 'session_id', 'metadata', 'occurred_at', 'idempotency_key') LIMIT 1;
    IF unknown_key IS NOT NULL THEN
        RAISE EXCEPTION 'unknown key "%" in events', unknown_key
            USING ERRCODE = 'invalid_parameter_value',
                  HINT = 'Known keys are user_id, product_id, event_type, session_id, metadata, occurred_at and idempotency_key.';
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.check_batch(jsonb) IS 'raises an error for events that are no array of known objects, or too many';

-- Tokens of visitors who have not logged in. Their user id is made up and begins with "anonymous:", which only we sign.
CREATE FUNCTION shopsmart.sign_token(claims jsonb) RETURNS text
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_sign_token';
COMMENT ON FUNCTION shopsmart.sign_token(jsonb) IS 'a JSON Web Token with these claims, signed with shopsmart.jwt_secret (HS256)';

CREATE FUNCTION shopsmart.verified_claims(token text) RETURNS jsonb
LANGUAGE c STABLE STRICT PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_verified_claims';
COMMENT ON FUNCTION shopsmart.verified_claims(text) IS 'the claims of a token that shopsmart.sign_token() made, whether it has expired or not; NULL for any other text';

-- Who has a token of that kind already keeps his id.
CREATE FUNCTION shopsmart.anonymous_claims() RETURNS jsonb
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    claims jsonb := nullif(current_setting('request.jwt.claims', true), '')::jsonb;
BEGIN
    RETURN jsonb_build_object(
        'role', 'shop_user', 'aud', 'shop', 'exp', floor(extract(epoch FROM now()))::bigint + 90 * 86400,
        'sub', CASE WHEN claims ->> 'sub' LIKE 'anonymous:%' AND shopsmart.calling_role() = 'shop_user' THEN claims ->> 'sub'
                    ELSE 'anonymous:' || gen_random_uuid() END);
END
$$;
COMMENT ON FUNCTION shopsmart.anonymous_claims() IS 'claims for a visitor who has not logged in, good for 90 days: a new user id, or the one of the visitor''s token';

CREATE FUNCTION shopsmart.anonymous_user(token text) RETURNS text
LANGUAGE plpgsql STABLE CALLED ON NULL INPUT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    claims jsonb := shopsmart.verified_claims(token);
BEGIN
    IF token IS NULL THEN
        RAISE EXCEPTION 'anonymous_token must not be null' USING ERRCODE = 'null_value_not_allowed';
    END IF;
    IF claims ->> 'sub' LIKE 'anonymous:%' AND claims ->> 'role' = 'shop_user' AND (claims ->> 'exp')::numeric > extract(epoch FROM now()) THEN
        RETURN claims ->> 'sub';
    END IF;
    RAISE EXCEPTION 'anonymous_token is not genuine, or has expired' USING ERRCODE = 'insufficient_privilege';
END
$$;
COMMENT ON FUNCTION shopsmart.anonymous_user(text) IS 'the user id in the token of a visitor who had not logged in; raises 42501 for any other token';

-- Users first, by id, as all who write: whoever records an event of the visitor now waits, and then finds no such user.
CREATE FUNCTION shopsmart.merge_users(visitor text, person text) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    log shopsmart.search_log := shopsmart.attached_search_log();
    from_user bigint;
    to_user bigint;
    moved bigint;
BEGIN
    PERFORM shopsmart.make_user(person);
    EXECUTE format('SELECT max(u.user_id) FILTER (WHERE u.external_id = $1), max(u.user_id) FILTER (WHERE u.external_id = $2)'
                   ' FROM (SELECT user_id, external_id FROM %s WHERE external_id IN ($1, $2) ORDER BY user_id FOR UPDATE) AS u', attached.users)
    INTO from_user, to_user USING visitor, person;
    IF from_user IS NULL OR to_user IS NULL OR from_user = to_user THEN
        RETURN 0;
    END IF;
    -- A key that both have used stands for the person's own event from now on.
    EXECUTE format('DELETE FROM %1$s k WHERE k.user_id = $1 AND EXISTS (SELECT FROM %1$s own WHERE own.user_id = $2 AND own.idempotency_key = k.idempotency_key)',
                   attached.event_keys) USING from_user, to_user;
    EXECUTE format('UPDATE %s SET user_id = $2 WHERE user_id = $1', attached.event_keys) USING from_user, to_user;
    EXECUTE format('UPDATE %s SET user_id = $2 WHERE user_id = $1', attached.events) USING from_user, to_user;
    GET DIAGNOSTICS moved = ROW_COUNT;
    IF log.searches IS NOT NULL THEN
        EXECUTE format('UPDATE %s SET user_id = $2 WHERE user_id = $1', log.searches) USING from_user, to_user;
    END IF;
    EXECUTE format('DELETE FROM %s WHERE user_id = $1', attached.users) USING from_user;
    RETURN moved;
END
$$;
COMMENT ON FUNCTION shopsmart.merge_users(text, text) IS 'moves the events and searches of a visitor to a person, who is made when missing, and deletes the visitor; returns how many events';
