-- shopsmart_track(): one event of one user, created on first sight, stored once a key.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

INSERT INTO shop.categories (category_id, name) VALUES (1, 'books');
INSERT INTO shop.products (product_id, name) VALUES (1, 'one'), (2, 'two');

-- Defaults: a view, now, no session. The id is that of the stored row.
SELECT shopsmart_track('ana', 1) AS first_id \gset
SELECT u.external_id, e.product_id, e.event_type, now() - e.occurred_at BETWEEN '0' AND '1 minute' AS just_now, e.session_id, e.metadata, e.event_id = :first_id AS same_id
FROM shop.events e JOIN shop.users u USING (user_id);
SELECT shopsmart_track('ana', 2, 'purchase', 's1', '{"source": "mail"}', '2026-06-30 12:00Z', 'order 7') AS keyed_id \gset
SELECT u.external_id, e.product_id, e.event_type, e.occurred_at AT TIME ZONE 'UTC' AS utc, e.session_id, e.metadata, e.event_id = :keyed_id AS same_id
FROM shop.events e JOIN shop.users u USING (user_id) ORDER BY e.event_id DESC LIMIT 1;
SELECT shopsmart_track(product_id => 1, user_id => 'ben', occurred_at => '1999-12-31 23:59Z') > 0 AS tracked;
SELECT external_id, count(*) FROM shop.users JOIN shop.events USING (user_id) GROUP BY 1 ORDER BY 1;

-- The same key again: the first answer, nothing stored; also in the transaction of the first call, also with another time.
SELECT shopsmart_track('ana', 2, 'purchase', idempotency_key => 'order 7') = :keyed_id AS first_answer;
BEGIN;
SELECT shopsmart_track('cat', 1, idempotency_key => 'k') AS id \gset
SELECT shopsmart_track('cat', 1, idempotency_key => 'k') = :id AS first_answer;
COMMIT;
SELECT count(*) FROM shop.events;
-- A key belongs to a user, and to one product and event type.
SELECT shopsmart_track('ben', 2, 'purchase', idempotency_key => 'order 7') <> :keyed_id AS own_event;
SELECT shopsmart_track('ana', 1, 'purchase', idempotency_key => 'order 7');
SELECT shopsmart_track('ana', 2, 'view', idempotency_key => 'order 7');
SELECT count(*) FROM shop.events;

-- Edges that are allowed.
SELECT shopsmart_track(repeat('ü', 255), 1, session_id => repeat('s', 255), idempotency_key => repeat('k', 255)) > 0 AS tracked;
SELECT shopsmart_track('Robert''); DROP TABLE shop.users; --', 1, session_id => '''; --', metadata => 'null') > 0 AS tracked;
SELECT external_id, e.session_id, e.metadata FROM shop.users JOIN shop.events e USING (user_id) WHERE external_id LIKE 'Robert%';
SELECT shopsmart_track('ana', 1, metadata => jsonb_build_object('x', repeat('y', 60000))) > 0 AS tracked;

-- What is refused leaves nothing behind, not even the new user.
SELECT shopsmart_track('zoe', 99);
SELECT shopsmart_track('zoe', 1, 'stare');
SELECT shopsmart_track('zoe', 1, metadata => jsonb_build_object('x', repeat('y', 70000)));
SELECT shopsmart_track('zoe', 1, occurred_at => 'infinity');
SELECT count(*) FROM shop.users WHERE external_id = 'zoe';

-- Rolled back: gone. A savepoint is enough.
BEGIN;
SAVEPOINT before;
SELECT shopsmart_track('zoe', 1) > 0 AS tracked;
ROLLBACK TO before;
SELECT count(*) FROM shop.users WHERE external_id = 'zoe';
COMMIT;

-- A deleted user who comes back is a new one.
SELECT user_id AS old_user_id FROM shop.users WHERE external_id = 'ana' \gset
DELETE FROM shop.users WHERE external_id = 'ana';
SELECT shopsmart_track('ana', 2, 'purchase', idempotency_key => 'order 7') <> :keyed_id AS new_event;
SELECT user_id <> :old_user_id AS new_user, (SELECT count(*) FROM shop.events e WHERE e.user_id = u.user_id) AS events FROM shop.users u WHERE external_id = 'ana';

-- Into a read-only transaction nothing is tracked.
BEGIN READ ONLY;
SELECT shopsmart_track('ana', 1);
ROLLBACK;
