-- Tokens of visitors who have not logged in, and what a login makes of them.
\ir ../fixture/http.psql
SELECT plan(32);
SET LOCAL shopsmart.jwt_secret = 'a secret of the test, 32 bytes and more';

-- The example of RFC 7515, A.1, has another header and a key in base64, so our own: HMAC-SHA-256 computed by another program.
SELECT is(shopsmart.sign_token('{"sub": "ana"}'), 'eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiAiYW5hIn0.p68D5b7CSCwuUWt_EL8-f2SsQhcqueuuGAtHU9ccRNY', 'a token as others sign it');
SELECT is(shopsmart.verified_claims(shopsmart.sign_token('{"sub": "ana", "n": [1, "ü"]}')), '{"sub": "ana", "n": [1, "ü"]}', 'what was signed can be read');
SELECT is(shopsmart.verified_claims(token), NULL, title) FROM (VALUES
    ('', 'no text'), ('a.b.c', 'no token'), ('..', 'dots'), (repeat('x', 1000000), 'a long text'),
    (left(shopsmart.sign_token('{"sub": "ana"}'), -1), 'a signature that is cut off'),
    (shopsmart.sign_token('{"sub": "ana"}') || 'A', 'one that is too long'),
    (replace(shopsmart.sign_token('{"sub": "ana"}'), 'YW5h', 'YmVu'), 'another payload'),
    ('eyJhbGciOiJub25lIn0.eyJzdWIiOiAiYW5hIn0.', 'an algorithm that signs nothing'),
    (translate(shopsmart.sign_token('{"sub": "ana"}'), '.', '/'), 'no dots')) AS forged(token, title);
CREATE TEMPORARY TABLE foreign_token AS SELECT shopsmart.sign_token('{"sub": "anonymous:x", "role": "shop_user", "exp": 99999999999}') AS token;
SET LOCAL shopsmart.jwt_secret = 'another secret of the test, 32 bytes and more';
SELECT is((SELECT shopsmart.verified_claims(token) FROM foreign_token), NULL, 'a token of another secret');
SELECT throws_ok($$SET shopsmart.jwt_secret = '0123456789012345678901234567890'$$, '22023', NULL, 'a secret of 31 bytes');
SELECT is_empty($$SELECT FROM pg_settings WHERE name = 'shopsmart.jwt_secret'$$, 'no list of settings shows it');
CREATE ROLE regress_shopsmart_curious;
SET LOCAL ROLE regress_shopsmart_curious;
SELECT throws_ok('SHOW shopsmart.jwt_secret', '42501', NULL, 'nobody may look at it');
SELECT throws_ok('SET shopsmart.jwt_secret = ''''', '42501', NULL, '... or change it');
RESET ROLE;

-- A visitor.
CREATE TEMPORARY TABLE visitor AS SELECT token, shopsmart.verified_claims(token) AS claims FROM (SELECT pg_temp.http('POST', 'web_anon', NULL, 'SELECT api.anonymous_token() AS token') #>> '{rows,0,token}' AS token) AS t;
SELECT matches((SELECT claims ->> 'sub' FROM visitor), '^anonymous:[-0-9a-f]{36}$', 'a made-up user id');
SELECT is((SELECT claims - '{sub,exp}'::text[] FROM visitor), '{"aud": "shop", "role": "shop_user"}', 'the claims that PostgREST looks at');
SELECT cmp_ok((SELECT (claims -> 'exp')::numeric - extract(epoch FROM now()) FROM visitor), '<=', 90 * 86400::numeric, 'an end');
SELECT isnt(pg_temp.http('POST', 'web_anon', NULL, 'SELECT api.anonymous_token() AS token') #>> '{rows,0,token}', (SELECT token FROM visitor), 'another visitor has another one');
SELECT is(shopsmart.verified_claims(pg_temp.http('POST', 'shop_user', (SELECT claims FROM visitor), 'SELECT api.anonymous_token() AS token') #>> '{rows,0,token}') ->> 'sub', (SELECT claims ->> 'sub' FROM visitor), 'asked with a token, the same visitor');
SELECT matches(shopsmart.verified_claims(pg_temp.http_as('user 1', 'POST', 'SELECT api.anonymous_token() AS token') #>> '{rows,0,token}') ->> 'sub', '^anonymous:', 'but never one for a user');

-- What the visitor did, and the login.
SELECT pg_temp.http('POST', 'shop_user', (SELECT claims FROM visitor), $$SELECT api.track_events('[{"product_id": 1, "idempotency_key": "a"}, {"product_id": 2, "idempotency_key": "b"}, {"product_id": 3}]')$$),
       pg_temp.http_as('somebody', 'POST', $$SELECT api.track_event(4, idempotency_key => 'a')$$) \g /dev/null
SELECT is(pg_temp.http_as('somebody', 'POST', format('SELECT api.merge(%L) AS moved', (SELECT token FROM visitor))) #>> '{rows,0,moved}', '3', 'the login moves three events');
SELECT set_eq($$SELECT product_id FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = 'somebody'$$, ARRAY[1, 2, 3, 4]::bigint[], '... to the user');
SELECT set_eq($$SELECT idempotency_key, k.product_id FROM shop.event_keys k JOIN shop.users u USING (user_id) WHERE u.external_id = 'somebody'$$, $$VALUES ('a', 4::bigint), ('b', 2)$$, '... with the keys, of which the user''s own stay');
SELECT is_empty($$SELECT FROM shop.users WHERE external_id LIKE 'anonymous:%'$$, 'the visitor is no more');
SELECT is(pg_temp.http_as('somebody', 'POST', format('SELECT api.merge(%L) AS moved', (SELECT token FROM visitor))) #>> '{rows,0,moved}', '0', 'twice is fine');
SELECT is(pg_temp.http_as('somebody', 'POST', format('SELECT api.merge(%L)', shopsmart.sign_token(claims))) ->> 'status', status, title) FROM (VALUES
    ('{"sub": "anonymous:x", "role": "shop_user", "exp": 1}'::jsonb, '403', 'an expired token'),
    ('{"sub": "user 2", "role": "shop_user", "exp": 99999999999}', '403', 'the token of a user'),
    ('{"sub": "anonymous:x", "role": "shop_user"}', '403', 'a token without end')) AS t(claims, status, title);

INSERT INTO shop.users (user_id, external_id) SELECT last_value + n, 'loaded ' || n FROM shop.users_user_id_seq, generate_series(1, 3) AS n;
SELECT throws_ok($$SELECT shopsmart.merge_users('user 1', 'unmade')$$, '23505', 'user "unmade" cannot be made', 'a user_id that is taken');
CREATE FUNCTION pg_temp.hint_of(statement text) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
    hint text;
BEGIN
    EXECUTE statement;
    RETURN NULL;
EXCEPTION WHEN unique_violation THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RETURN hint;
END
$$;
SELECT is(pg_temp.hint_of($$SELECT shopsmart.merge_users('user 1', 'unmade')$$), pg_temp.hint_of($$SELECT shopsmart_track('unmade', 1)$$), '... with the hint of shopsmart_track()');

SELECT * FROM finish();
ROLLBACK;
