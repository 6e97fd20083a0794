-- Edges of shopsmart_user: bounds of every argument, unknown users, names with everything in them.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(16);

SELECT ok(shopsmart_user(NULL) IS NULL, 'no user, no ranking');
SELECT throws_ok($$SELECT shopsmart_user('')$$, '22023', NULL, 'empty user id');
SELECT throws_ok($$SELECT shopsmart_user(repeat('x', 256))$$, '22023', NULL, 'user id of 256 characters');
SELECT lives_ok($$SELECT pg_temp.by_index(shopsmart_user(repeat('ü', 255)))$$, 'user id of 255 characters of two bytes');
SELECT throws_ok($$SELECT shopsmart_user('user 1', 'infinity')$$, '22023', NULL, 'as_of infinity');
SELECT throws_ok($$SELECT shopsmart_user('user 1', '-infinity')$$, '22023', NULL, 'as_of -infinity');
SELECT throws_ok($$SELECT 'user(infinity):user 1'::shopsmart_ranking$$, '22023', NULL, 'nor as text');
SELECT is(pg_temp.by_index(shopsmart_user('user 1', '4714-11-24 00:00Z BC')), pg_temp.by_index('user:nobody'), 'before all events everybody is new');
SELECT is(pg_temp.by_index(shopsmart_user('user 1', '294276-12-31 23:59:59Z')), pg_temp.by_sort(shopsmart_user('user 1', '294276-12-31 23:59:59Z')), 'and after the last one not');
SELECT is(pg_temp.by_index('user:user 1'), pg_temp.by_index(shopsmart_user('user 1', statement_timestamp())), 'now is when the statement began');
-- As text and back, whatever the session says of dates.
SELECT is_empty($$SELECT id FROM unnest(ARRAY['a:b', '(a):b', ':', '):', 'user:x', ' ', E'\n', '''', '"', '%s', 'ü', chr(127881), repeat('(', 255)]) AS id, unnest(ARRAY[NULL, '2026-06-30 12:00Z', '0044-03-15 00:00Z BC', '4714-11-24 00:00Z BC', '294276-12-31 23:59:59.999999Z']::timestamptz[]) AS t
                  WHERE shopsmart_user(id, t)::text::shopsmart_ranking::text <> shopsmart_user(id, t)::text$$, 'what is written can be read');
CREATE TEMPORARY TABLE stored AS SELECT t, shopsmart_user('user 1', t)::text AS r FROM unnest(ARRAY['2026-06-03 12:00:00.123456Z', '2026-07-02 12:00Z', '2026-04-01 00:00Z']::timestamptz[]) AS t;
SELECT is_empty($$SELECT t FROM stored WHERE r::shopsmart_ranking::text <> shopsmart_user('user 1', t)::text$$, 'times are exact');
SET LOCAL DateStyle = 'SQL, DMY';
SET LOCAL TimeZone = 'Asia/Kathmandu';
SELECT is_empty($$SELECT t FROM stored WHERE r::shopsmart_ranking::text <> shopsmart_user('user 1', t)::text OR shopsmart_user('user 1', t)::text::shopsmart_ranking::text <> shopsmart_user('user 1', t)::text$$,
                'in any time zone and style of dates');
-- A user who appears.
SELECT is(pg_temp.by_index('user:new'), pg_temp.by_index('user:nobody'), 'an unknown user');
SELECT shopsmart_track('new', 1, 'purchase', occurred_at => now() - interval '1 minute') \g /dev/null
SELECT is((pg_temp.by_index('user:new'))[40], 1::bigint, 'with the first event, in the same transaction, another order');
SELECT is((pg_temp.by_sort('user:new'))[40], 1::bigint, '... by a sort as well');

SELECT * FROM finish();
ROLLBACK;
