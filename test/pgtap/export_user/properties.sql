-- What holds for shopsmart_export_user: every event of the user and of nobody else, the same in every time zone.
\ir ../fixture/random_shop.psql
SELECT plan(7);

SELECT shopsmart_track('user 1', product_id, idempotency_key => 'k', metadata => '{"from": "mail"}') FROM (SELECT min(product_id) AS product_id FROM shop.products) AS p \g /dev/null
SELECT set_eq($$SELECT (e ->> 'event_id')::bigint FROM jsonb_array_elements(shopsmart_export_user('user 1') -> 'events') AS e$$,
              $$SELECT event_id FROM shop.events JOIN shop.users USING (user_id) WHERE external_id = 'user 1'$$, 'his events');
SELECT is(shopsmart_export_user('user 1') #>> '{event_keys,0,idempotency_key}', 'k', 'his keys');
SELECT is(shopsmart_export_user('user 1') #>> '{user,external_id}', 'user 1', 'himself');
SELECT shopsmart_setup_search_log() \g /dev/null
SELECT is(shopsmart_export_user('user 1') -> 'searches', '[]', 'no searches in an empty log');
SELECT shopsmart_log_click(shopsmart_log_search('Red shoes', 3, 'words', 'user 1', '2026-01-02 12:00Z'), product_id, 2) FROM (SELECT min(product_id) AS product_id FROM shop.products) AS p \g /dev/null
SELECT shopsmart_log_search('tents', 0, user_id => 'user 1', searched_at => '2026-01-01 12:00Z'), shopsmart_log_search('lamps', 0, user_id => 'user 2') \g /dev/null
SELECT is((SELECT string_agg(s ->> 'query', ' ') FROM jsonb_array_elements(shopsmart_export_user('user 1') -> 'searches') AS s), 'tents Red shoes', 'his searches, oldest first');
SELECT is(shopsmart_export_user('user 1') #>> '{searches,1,clicks,0,rank}', '2', '... with their clicks');
CREATE TEMPORARY TABLE here AS SELECT shopsmart_export_user('user 1') AS export;
SET LOCAL timezone = 'Asia/Tokyo';
SELECT is(shopsmart_export_user('user 1'), (SELECT export FROM here), 'the same elsewhere');

SELECT * FROM finish();
ROLLBACK;
