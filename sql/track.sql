-- Recording events.

CREATE FUNCTION @extschema@.shopsmart_track(
    user_id text, product_id bigint, event_type text DEFAULT 'view', session_id text DEFAULT NULL,
    metadata jsonb DEFAULT NULL, occurred_at timestamptz DEFAULT NULL, idempotency_key text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_track';
COMMENT ON FUNCTION @extschema@.shopsmart_track(text, bigint, text, text, jsonb, timestamptz, text) IS
'records one event of a user, who is created on first sight, and returns its event id; a repeated idempotency_key returns the first answer again';

-- For whoever looks up users in SQL; shopsmart_track() does the same itself, faster.
CREATE FUNCTION shopsmart.make_user(external_id text) RETURNS bigint
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    users regclass := (shopsmart.attached_shop()).users;
    made bigint;
BEGIN
    EXECUTE format('INSERT INTO %s (external_id) VALUES ($1) ON CONFLICT DO NOTHING', users) USING external_id;
    EXECUTE format('SELECT u.user_id FROM %s u WHERE u.external_id = $1', users) INTO made USING external_id;
    IF made IS NULL AND row_security_active(users) THEN
        RAISE EXCEPTION 'you may not act for user "%"', external_id
            USING ERRCODE = 'insufficient_privilege', DETAIL = 'The user exists, but row security hides him from you.';
    ELSIF made IS NULL THEN
        RAISE EXCEPTION 'user "%" cannot be made', external_id
            USING ERRCODE = 'unique_violation',
                  DETAIL = 'The user_id that the sequence gave is taken, as after users were loaded with numbers of their own; or a trigger turned the row away.',
                  HINT = format('SELECT setval(pg_get_serial_sequence(%L, ''user_id''), max(user_id)) FROM %s', users, users);
    END IF;
    RETURN made;
END
$$;
COMMENT ON FUNCTION shopsmart.make_user(text) IS 'makes a user, unless there is one with that key, and returns the user_id';
