-- Edges of shopsmart_track: every argument at and beyond its bounds.
\ir ../fixture/random_shop.psql
SELECT plan(24);

SELECT throws_ok($$SELECT shopsmart_track(NULL, 1)$$, '22004', NULL, 'no user');
SELECT throws_ok($$SELECT shopsmart_track('u', NULL)$$, '22004', NULL, 'no product');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, NULL)$$, '22004', NULL, 'no event type');
SELECT throws_ok($$SELECT shopsmart_track('', 1)$$, '22023', NULL, 'empty user id');
SELECT throws_ok($$SELECT shopsmart_track(repeat('x', 256), 1)$$, '22023', NULL, 'user id of 256 characters');
SELECT lives_ok($$SELECT shopsmart_track(repeat('ü', 255), 1)$$, 'user id of 255 characters');
SELECT throws_ok($$SELECT shopsmart_track('u', 0)$$, '23503', 'product 0 does not exist', 'unknown product, named');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, 'stare')$$, '23503', 'event type "stare" does not exist', 'unknown event type, named');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, session_id => '')$$, '22023', NULL, 'empty session id');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, session_id => repeat('x', 256))$$, '22023', NULL, 'session id of 256 characters');
SELECT lives_ok($$SELECT shopsmart_track('u', 1, session_id => repeat('ü', 255))$$, 'session id of 255 characters');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, idempotency_key => '')$$, '22023', NULL, 'empty key');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, idempotency_key => repeat('x', 256))$$, '22023', NULL, 'key of 256 characters');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, metadata => to_jsonb(repeat('x', 65536)))$$, '22023', NULL, 'metadata over 64 kB');
SELECT lives_ok($$SELECT shopsmart_track('u', 1, metadata => to_jsonb(repeat('x', 65000)))$$, 'metadata under 64 kB');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, occurred_at => 'infinity')$$, '22023', NULL, 'infinity');
SELECT throws_ok($$SELECT shopsmart_track('u', 1, occurred_at => '-infinity')$$, '22023', NULL, '-infinity');
SELECT lives_ok($$SELECT shopsmart_track('u', 1, occurred_at => '4714-11-24 00:00Z BC')$$, 'the first moment there is');
SELECT lives_ok($$SELECT shopsmart_track('u', 1, occurred_at => '294276-12-31 23:59:59.999999Z')$$, 'the last moment there is');
SELECT is((SELECT array_agg(extract(year FROM e.occurred_at AT TIME ZONE 'UTC') ORDER BY e.occurred_at) FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = 'u' AND abs(extract(year FROM e.occurred_at)) > 4000),
          '{-4714,294276}', 'both are stored');
UPDATE shop.products SET is_active = false WHERE product_id = 1;
SELECT lives_ok($$SELECT shopsmart_track('u', 1)$$, 'an event of a hidden product is still an event');

-- Users that were loaded with numbers of their own leave the sequence behind.
INSERT INTO shop.users (user_id, external_id) SELECT nextval(pg_get_serial_sequence('shop.users', 'user_id')) + 1, 'loaded';
SELECT throws_ok($$SELECT shopsmart_track('unmade', 1)$$, '23505', 'user "unmade" cannot be made', 'a user_id that is taken');
SELECT setval(pg_get_serial_sequence('shop.users', 'user_id'), max(user_id)) FROM shop.users;
SELECT lives_ok($$SELECT shopsmart_track('unmade', 1)$$, '... until the sequence is ahead again');
SELECT is((SELECT count(*) FROM shop.users WHERE external_id IN ('loaded', 'unmade')), 2::bigint, '... and nobody is lost');

SELECT * FROM finish();
ROLLBACK;
