-- Lists of models in memory: what is there, and where the last answer came from.

CREATE FUNCTION @extschema@.shopsmart_cache_stats()
RETURNS TABLE (kind text, hits bigint, misses bigint, hit_rate double precision, stored bigint, evictions bigint,
               invalidations bigint, entries bigint, bytes bigint, size bigint)
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 1
AS 'MODULE_PATHNAME', 'shopsmart_cache_stats';
COMMENT ON FUNCTION @extschema@.shopsmart_cache_stats() IS
'what the shared memory of all databases holds, and how often it was asked since the server was started';

CREATE FUNCTION @extschema@.shopsmart_cache_reset() RETURNS bigint
LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_cache_reset';
COMMENT ON FUNCTION @extschema@.shopsmart_cache_reset() IS
'takes the lists of this database out of shared memory, and all out of the memory of this session; returns how many of the former there were';

CREATE FUNCTION @extschema@.shopsmart_last_sources(OUT session bigint, OUT shared bigint, OUT stored bigint)
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_last_sources';
COMMENT ON FUNCTION @extschema@.shopsmart_last_sources() IS
'how many neighbor lists behind the last answer of this session came from its own memory, from shared memory, and from the table';

CREATE FUNCTION @extschema@.shopsmart_cache_warm(users integer DEFAULT 1000) RETURNS bigint
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET shopsmart.session_cache = 0
SET shopsmart.use_shared_cache = on
AS $$
DECLARE
    attached shopsmart.shop;
    warmed bigint;
BEGIN
    IF users IS NULL THEN
        RAISE EXCEPTION 'users must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF users NOT BETWEEN 1 AND 1000000 THEN
        RAISE EXCEPTION 'users must be between 1 and 1000000' USING ERRCODE = 'invalid_parameter_value';
    ELSIF (SELECT max(s.size) FROM @extschema@.shopsmart_cache_stats() AS s) = 0 THEN
        RAISE EXCEPTION 'there is no shared cache' USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'Add shopsmart to shared_preload_libraries, let shopsmart.shared_cache be above 0, and restart the server.';
    END IF;
    attached := shopsmart.attached_shop();
    EXECUTE format('SELECT count(DISTINCT u.user_id) FROM (SELECT e.user_id FROM (SELECT user_id, event_id FROM %s ORDER BY event_id DESC LIMIT 20 * $1::bigint) AS e'
                   ' GROUP BY e.user_id ORDER BY max(e.event_id) DESC LIMIT $1) AS newest JOIN %s AS u USING (user_id)'
                   ' CROSS JOIN LATERAL %I.shopsmart_recommend(u.external_id, 1) AS r', attached.events, attached.users, '@extschema@')
    INTO warmed USING users;
    RETURN warmed;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_cache_warm(integer) IS
'brings the lists behind the recommendations of so many users, those of the newest events, into shared memory; returns how many users that were';
