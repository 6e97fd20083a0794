-- What holds for every call of shopsmart_track: one row a call, one a key, all arguments stored.
\ir ../fixture/random_shop.psql
SELECT plan(9);

DELETE FROM shop.users;
CREATE TEMPORARY TABLE call AS
SELECT i, 'user ' || i % 17 AS user_id, 1 + i % 40 AS product_id, (ARRAY['view', 'purchase', 'gift'])[1 + i % 3] AS event_type,
       CASE WHEN i % 4 > 0 THEN 'session ' || i % 5 END AS session_id, CASE WHEN i % 5 > 0 THEN jsonb_build_object('call', i) END AS metadata,
       '2026-01-01 00:00Z'::timestamptz + make_interval(hours => i * 7) AS occurred_at, CASE WHEN i % 3 > 0 THEN 'key ' || i END AS key
FROM generate_series(1, 500) AS i;
CREATE TEMPORARY TABLE first AS SELECT c.i, shopsmart_track(user_id, product_id, event_type, session_id, metadata, occurred_at, key) AS event_id FROM call c;

SELECT is((SELECT count(DISTINCT event_id) FROM first), 500::bigint, 'each call has its event id');
SELECT set_eq($$SELECT f.event_id, u.external_id, e.product_id, e.event_type, e.session_id, e.metadata, e.occurred_at FROM first f JOIN shop.events e USING (event_id) JOIN shop.users u USING (user_id)$$,
              $$SELECT f.event_id, c.user_id, c.product_id, c.event_type, c.session_id, c.metadata, c.occurred_at FROM first f JOIN call c USING (i)$$, 'each event holds what was said');
SELECT is((SELECT count(*) FROM shop.events), 500::bigint, 'one row a call');
SELECT is((SELECT count(*) FROM shop.users), 17::bigint, 'one row a user');
SELECT is((SELECT count(*) FROM shop.event_keys), (SELECT count(key) FROM call), 'one row a key');
CREATE TEMPORARY TABLE again AS SELECT c.i, shopsmart_track(user_id, product_id, event_type, session_id, metadata, occurred_at, key) AS event_id FROM call c WHERE key IS NOT NULL;
SELECT set_eq('TABLE again', 'SELECT f.* FROM first f JOIN call c USING (i) WHERE c.key IS NOT NULL', 'a repeated key gives the first answer');
SELECT is((SELECT count(*) FROM shop.events), 500::bigint, '... and stores nothing');
SELECT throws_ok($$SELECT shopsmart_track(user_id, product_id % 40 + 1, event_type, idempotency_key => key) FROM call WHERE i = 1$$, '23505', NULL, 'a key stands for one product');
DELETE FROM shop.users;
SELECT is((SELECT count(*) FROM shop.events) + (SELECT count(*) FROM shop.event_keys), 0::bigint, 'users take everything along');

SELECT * FROM finish();
ROLLBACK;
