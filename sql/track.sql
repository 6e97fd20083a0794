-- Recording events.

CREATE FUNCTION @extschema@.shopsmart_track(
    user_id text, product_id bigint, event_type text DEFAULT 'view', session_id text DEFAULT NULL,
    metadata jsonb DEFAULT NULL, occurred_at timestamptz DEFAULT NULL, idempotency_key text DEFAULT NULL)
RETURNS bigint
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_track';
COMMENT ON FUNCTION @extschema@.shopsmart_track(text, bigint, text, text, jsonb, timestamptz, text) IS
'records one event of a user, who is created on first sight, and returns its event id; a repeated idempotency_key returns the first answer again';
