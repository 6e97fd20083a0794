-- Redis, where published answers go.

CREATE FUNCTION shopsmart.redis_state(
    OUT library text, OUT server text, OUT state text, OUT is_shared boolean, OUT failures_in_a_row integer,
    OUT last_failure timestamptz, OUT last_fault text, OUT exchanges bigint, OUT failures bigint,
    OUT published bigint, OUT refused bigint, OUT unpublished bigint, OUT dropped bigint)
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_redis_state';
COMMENT ON FUNCTION shopsmart.redis_state() IS 'what the library knows of Redis; the view shopsmart.redis_status shows it';

CREATE VIEW shopsmart.redis_status WITH (security_invoker = true) AS
SELECT s.library, s.server, s.state, s.is_shared, s.failures_in_a_row, s.last_failure, s.last_fault, s.exchanges, s.failures,
       s.published, s.refused, s.unpublished, s.dropped
FROM shopsmart.redis_state() AS s;
COMMENT ON VIEW shopsmart.redis_status IS 'one row: whether Redis is used, whether its circuit breaker is open, what went wrong last, what was counted';

CREATE FUNCTION @extschema@.shopsmart_ping_redis(OUT answered boolean, OUT milliseconds double precision, OUT fault text)
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED
AS 'MODULE_PATHNAME', 'shopsmart_ping_redis';
COMMENT ON FUNCTION @extschema@.shopsmart_ping_redis() IS 'asks Redis whether it is there, also when the circuit breaker is open; an answer closes the breaker';

CREATE FUNCTION @extschema@.shopsmart_unpublish_user(user_id text) RETURNS boolean
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_unpublish_user';
COMMENT ON FUNCTION @extschema@.shopsmart_unpublish_user(text) IS
'takes the published answers of a user out of Redis when the transaction commits; false: there is no Redis';
