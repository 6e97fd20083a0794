-- Edges of shopsmart_rebuild_sessions.
\ir ../fixture/random_shop.psql
SELECT plan(9);

SELECT throws_ok($$SELECT shopsmart_rebuild_sessions('0')$$, '22023', NULL, 'look-back of nothing');
SELECT throws_ok($$SELECT shopsmart_rebuild_sessions(as_of => 'infinity')$$, '22023', NULL, 'as_of infinity');
SELECT is((SELECT r.sessions FROM shopsmart_rebuild_sessions('1 microsecond', '2026-01-01 00:00Z') r), 0::bigint, 'shortest look-back');
SELECT is((SELECT r.products FROM shopsmart_rebuild_sessions(as_of => '4714-11-24 00:00Z BC') r), 0::bigint, 'before all events');
SELECT is_empty('SELECT * FROM shopsmart.session_lists', '... the model is empty');
SELECT is((SELECT r.products FROM shopsmart_rebuild_sessions('178000000 years', '294276-12-31 23:59:59Z') r), (SELECT count(DISTINCT product_id) FROM shop.events JOIN shop.event_types USING (event_type) WHERE weight > 0),
          'longest look-back, last moment: all products that count');
UPDATE shop.event_types SET weight = 0;
SELECT is((SELECT r.sessions FROM shopsmart_rebuild_sessions(as_of => '2026-06-30 12:00Z') r), 0::bigint, 'all weights 0: no sessions');
DELETE FROM shop.events;
SELECT is((SELECT r.sessions FROM shopsmart_rebuild_sessions() r), 0::bigint, 'no events');
UPDATE shop.event_types SET weight = 1;
INSERT INTO shop.events (user_id, product_id, event_type) SELECT 1, 1, 'view' FROM generate_series(1, 30000);
SET LOCAL shopsmart.rebuild_memory = '1MB';
SELECT throws_ok($$SELECT shopsmart_rebuild_sessions()$$, '53200', NULL, 'too many events for the memory');

SELECT * FROM finish();
ROLLBACK;
