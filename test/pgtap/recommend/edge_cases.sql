-- Edges of shopsmart_recommend: bounds of every argument, unknown ids, nothing to show.
\ir ../fixture/random_shop.psql
SELECT plan(24);

SELECT throws_ok($$SELECT * FROM shopsmart_recommend(NULL)$$, '22004', NULL, 'no user');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('')$$, '22023', NULL, 'empty user id');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend(repeat('x', 256))$$, '22023', NULL, 'user id of 256 characters');
SELECT lives_ok($$SELECT * FROM shopsmart_recommend(repeat('ü', 255))$$, 'user id of 255 characters of two bytes');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', NULL)$$, '22004', NULL, 'k null');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', 0)$$, '22023', NULL, 'k 0');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', 1001)$$, '22023', NULL, 'k 1001');
SELECT is((SELECT count(*) FROM shopsmart_recommend('user 1', 1, as_of => :'now')), 1::bigint, 'k 1');
SELECT is((SELECT count(*) FROM shopsmart_recommend('nobody', 1000)), (SELECT count(*) FROM oracle.eligible(NULL)), 'k 1000: everything eligible');
SELECT is((SELECT count(*) FROM shopsmart_recommend('nobody')), 10::bigint, 'k defaults to 10');
SELECT is_empty($$SELECT * FROM shopsmart_recommend('user 1', category_id => 99)$$, 'unknown category');
SELECT is_empty($$SELECT * FROM shopsmart_recommend('user 1', filter => '{"brand": "no such brand"}')$$, 'filter that nothing passes');
SELECT is_empty($$SELECT * FROM shopsmart_recommend('user 1', exclude => (SELECT array_agg(product_id) FROM shop.products))$$, 'everything excluded');
SELECT results_eq($$SELECT * FROM shopsmart_recommend('user 1', exclude => '{}', as_of => '2026-06-30 12:00Z')$$,
                  $$SELECT * FROM shopsmart_recommend('user 1', exclude => NULL, as_of => '2026-06-30 12:00Z')$$, 'empty exclusions');
SELECT results_eq($$SELECT * FROM shopsmart_recommend('user 1', exclude => '[7:8]={1,2}', as_of => '2026-06-30 12:00Z')$$,
                  $$SELECT * FROM shopsmart_recommend('user 1', exclude => '{2,1,2}', as_of => '2026-06-30 12:00Z')$$, 'bounds, order and repeats of exclusions do not matter');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', exclude => '{{1}}')$$, '2202E', NULL, 'two dimensions');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', exclude => '{1,NULL}')$$, '22004', NULL, 'null in exclusions');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', as_of => 'infinity')$$, '22023', NULL, 'as_of infinity');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('u', as_of => '-infinity')$$, '22023', NULL, 'as_of -infinity');
SELECT results_eq($$SELECT * FROM shopsmart_recommend('user 1', as_of => '4714-11-24 00:00Z BC')$$, $$SELECT * FROM shopsmart_recommend('nobody')$$, 'before all events everybody is new');
SELECT results_eq($$SELECT * FROM shopsmart_recommend('user 1', include_seen => NULL, as_of => '2026-06-30 12:00Z')$$,
                  $$SELECT * FROM shopsmart_recommend('user 1', as_of => '2026-06-30 12:00Z')$$, 'include_seen null is the default');
DELETE FROM shop.event_types WHERE event_type NOT IN (SELECT event_type FROM shop.events);
UPDATE shop.products SET is_active = false;
SELECT is_empty($$SELECT * FROM shopsmart_recommend('user 1')$$, 'all products hidden');
DELETE FROM shop.products;
SELECT is_empty($$SELECT * FROM shopsmart_recommend('user 1')$$, 'no products');
SELECT is_empty($$SELECT * FROM shopsmart_recommend('nobody')$$, 'no products, unknown user');

SELECT * FROM finish();
ROLLBACK;
