-- Edges of shopsmart_rebuild_similarity.
\ir ../fixture/random_shop.psql
SELECT plan(15);

SELECT throws_ok($$SELECT shopsmart_rebuild_similarity('0')$$, '22023', NULL, 'look-back of nothing');
SELECT throws_ok($$SELECT shopsmart_rebuild_similarity('-1 microsecond')$$, '22023', NULL, 'negative look-back');
SELECT throws_ok($$SELECT shopsmart_rebuild_similarity('-178000000 years')$$, '22023', NULL, 'most negative look-back');
SELECT throws_ok($$SELECT shopsmart_rebuild_similarity(as_of => 'infinity')$$, '22023', NULL, 'as_of infinity');
SELECT throws_ok($$SELECT shopsmart_rebuild_similarity(as_of => '-infinity')$$, '22023', NULL, 'as_of -infinity');
SELECT is((SELECT r.users FROM shopsmart_rebuild_similarity('1 microsecond', '2026-01-01 00:00Z') r), 0::bigint, 'shortest look-back');
SELECT is((SELECT r.pairs_kept FROM shopsmart_rebuild_similarity(as_of => '4714-11-24 00:00Z BC') r), 0::bigint, 'before all events');
SELECT is_empty('SELECT * FROM shopsmart.item_similarity', '... the model is empty');
SELECT is((SELECT r.events_read FROM shopsmart_rebuild_similarity('178000000 years', '294276-12-31 23:59:59Z') r), 600::bigint, 'longest look-back, last moment: all events');
DELETE FROM shop.event_types WHERE event_type NOT IN (SELECT event_type FROM shop.events);
UPDATE shop.event_types SET weight = 0;
SELECT is((SELECT r.pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') r), 0::bigint, 'all weights 0: no similarity');
SELECT isnt_empty('SELECT * FROM shopsmart.basket_affinity', '... baskets do not care');
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('plain', 'cosine', true);
UPDATE shop.event_types SET weight = 1e6;
SELECT lives_ok($$SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z')$$, 'largest weights');
UPDATE shop.event_types SET weight = 5e-324;
SELECT lives_ok($$SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z')$$, 'smallest weights');
SELECT is_empty('SELECT * FROM shopsmart.item_similarity WHERE NOT (score > 0 AND score <= 1.000001)', '... and scores are cosines all the same');
DELETE FROM shop.events;
SELECT is((SELECT r.events_read FROM shopsmart_rebuild_similarity() r), 0::bigint, 'no events');

SELECT * FROM finish();
ROLLBACK;
