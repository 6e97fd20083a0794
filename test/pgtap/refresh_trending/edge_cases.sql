-- Edges of shopsmart_refresh_trending.
\ir ../fixture/random_shop.psql
SELECT plan(11);

SELECT throws_ok($$SELECT shopsmart_refresh_trending('infinity')$$, '22023', NULL, 'as_of infinity');
SELECT throws_ok($$SELECT shopsmart_refresh_trending('-infinity')$$, '22023', NULL, 'as_of -infinity');
SELECT is((SELECT r.scores_kept FROM shopsmart_refresh_trending('4714-11-24 00:00Z BC') r), 0::bigint, 'the first moment there is');
SELECT is((SELECT r.scores_kept FROM shopsmart_refresh_trending('294276-12-31 23:59:59.999999Z') r), 0::bigint, 'the last moment there is');
SELECT is_empty('SELECT * FROM shopsmart_trending()', '... nothing trends then');
SELECT lives_ok('SELECT shopsmart_refresh_trending(NULL)', 'now');
UPDATE shop.categories SET parent_id = CASE category_id WHEN 1 THEN 2 ELSE 1 END;
SELECT lives_ok($$SELECT shopsmart_refresh_trending('2026-06-30 12:00Z')$$, 'a cycle in the tree of categories');
DELETE FROM shop.event_types WHERE event_type NOT IN (SELECT event_type FROM shop.events);
UPDATE shop.event_types SET weight = 1e6;
SELECT lives_ok($$SELECT shopsmart_refresh_trending('2026-06-30 12:00Z')$$, 'largest weights');
SET LOCAL shopsmart.half_life_7d = 1;
SELECT lives_ok($$SELECT shopsmart_refresh_trending('2026-06-30 12:00Z')$$, 'half-life of a second');
SELECT is_empty('SELECT * FROM shopsmart.trending_scores WHERE NOT (score > 0)', '... positive scores only');
DELETE FROM shop.products;
SELECT is((SELECT r.scores_kept FROM shopsmart_refresh_trending() r), 0::bigint, 'no products');

SELECT * FROM finish();
ROLLBACK;
