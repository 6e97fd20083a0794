-- A person's right to see and to be forgotten.

CREATE FUNCTION @extschema@.shopsmart_erase_user(user_id text, OUT users bigint, OUT events bigint, OUT event_keys bigint, OUT searches bigint)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    log shopsmart.search_log := shopsmart.attached_search_log();
    person bigint;
BEGIN
    users := 0;
    events := 0;
    event_keys := 0;
    searches := 0;
    -- The user first, as all who write: whoever records an event of his now waits, and then finds no such user.
    EXECUTE format('SELECT user_id FROM %s WHERE external_id = $1 FOR UPDATE', attached.users) INTO person USING shopsmart_erase_user.user_id;
    IF person IS NULL THEN
        RETURN;
    END IF;
    EXECUTE format('DELETE FROM %s WHERE user_id = $1', attached.event_keys) USING person;
    GET DIAGNOSTICS event_keys = ROW_COUNT;
    EXECUTE format('DELETE FROM %s WHERE user_id = $1', attached.events) USING person;
    GET DIAGNOSTICS events = ROW_COUNT;
    IF log.searches IS NOT NULL THEN
        EXECUTE format('DELETE FROM %s WHERE user_id = $1', log.searches) USING person;
        GET DIAGNOSTICS searches = ROW_COUNT;
    END IF;
    EXECUTE format('DELETE FROM %s WHERE user_id = $1', attached.users) USING person;
    GET DIAGNOSTICS users = ROW_COUNT;
    PERFORM @extschema@.shopsmart_unpublish_user(shopsmart_erase_user.user_id);
    INSERT INTO shopsmart.erasures AS e (erased_at, erased_by, events, event_keys, searches)
    VALUES (now(), current_user, shopsmart_erase_user.events, shopsmart_erase_user.event_keys, shopsmart_erase_user.searches);
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_erase_user(text) IS
'deletes a user with all his events, idempotency keys and logged searches, and notes that somebody was erased; twice is fine';

CREATE FUNCTION @extschema@.shopsmart_export_user(user_id text) RETURNS jsonb
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
SET "TimeZone" = 'UTC'
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    log shopsmart.search_log := shopsmart.attached_search_log();
    searches jsonb := '[]';
    export jsonb;
BEGIN
    IF log.searches IS NOT NULL THEN
        EXECUTE format('SELECT coalesce(jsonb_agg(to_jsonb(s) || jsonb_build_object(''clicks'', (SELECT coalesce(jsonb_agg(to_jsonb(c) ORDER BY c.clicked_at, c.rank), ''[]'')'
                       ' FROM %s c WHERE c.search_id = s.search_id)) ORDER BY s.searched_at, s.search_id), ''[]'')'
                       ' FROM %s s JOIN %s u USING (user_id) WHERE u.external_id = $1', log.search_clicks, log.searches, attached.users)
        INTO searches USING shopsmart_export_user.user_id;
    END IF;
    EXECUTE format('SELECT jsonb_build_object(''user'', to_jsonb(u), ''searches'', $2,'
                   ' ''events'', (SELECT coalesce(jsonb_agg(to_jsonb(e) ORDER BY e.occurred_at, e.event_id), ''[]'') FROM %s e WHERE e.user_id = u.user_id),'
                   ' ''event_keys'', (SELECT coalesce(jsonb_agg(to_jsonb(k) ORDER BY k.event_id), ''[]'') FROM %s k WHERE k.user_id = u.user_id))'
                   ' FROM %s u WHERE u.external_id = $1', attached.events, attached.event_keys, attached.users)
    INTO export USING shopsmart_export_user.user_id, searches;
    RETURN export;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_export_user(text) IS 'everything that the shop knows of a user: the user, the events, the idempotency keys, the logged searches with their clicks; NULL for an unknown user';
