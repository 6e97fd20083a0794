-- shopsmart_recommend(): the stages of the stream, one by one (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set now '2026-06-30 13:00Z'

-- Nobody knows this user: trending (2, 3, 4, 5, 1), then popular (7), then the newest (8, 6).
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('nobody', as_of => :'now');
SELECT count(*) FROM shop.users WHERE external_id = 'nobody';
-- A category gives its own trending list and nothing from outside: 2, 4, 1 of books, then 8.
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy FROM shopsmart_recommend('nobody', category_id => 1, as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', category_id => 2, as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', category_id => 4, as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', category_id => 99, as_of => :'now');

-- One event: fay saw 1. Personalised 3 (3/4) and 2 (5/12), in turn with trending: of books 2, 4, then of the shop 5.
-- 2 comes as trending before its turn as personalised, and 1 is seen.
SELECT shopsmart_track('fay', 1, occurred_at => '2026-06-30 12:30Z') > 0 AS tracked;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', as_of => :'now');
-- The same without turns, and without the personalised stage.
SET shopsmart.personalized_first_from = 1;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', 4, as_of => :'now');
SET shopsmart.personalized_first_from = 6;
SET shopsmart.personalized_from = 2;
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', 4, as_of => :'now');
RESET shopsmart.personalized_first_from;
RESET shopsmart.personalized_from;
-- As of a time before the event, and exactly at it.
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', 2, as_of => '2026-06-30 12:29:59.999999Z');
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', 2, as_of => '2026-06-30 12:30Z');

-- Seen products may come back: 1 is its own neighbor nowhere, so it comes as trending. The category asked for wins over the home category.
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy FROM shopsmart_recommend('fay', include_seen => true, as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', category_id => 3, as_of => :'now');

-- A second event, a purchase of 4: scores add up over events. 2: 5/12 + 5 * 8/sqrt(72); 3: 3/4 + 5 * 6/sqrt(72).
-- Home category: novels with 5 against books with 1.
SELECT shopsmart_track('fay', 4, 'purchase', occurred_at => '2026-06-30 12:40Z') > 0 AS tracked;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', as_of => :'now');
SELECT round((5 / 12.0 + 5 * 8 / sqrt(72))::numeric, 6) AS two, round((3 / 4.0 + 5 * 6 / sqrt(72))::numeric, 6) AS three;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', 3, include_seen => true, as_of => :'now');
-- Only the newest event counts, or only the best neighbor of each.
SET shopsmart.history_events = 1;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', 3, as_of => :'now');
RESET shopsmart.history_events;
SET shopsmart.scored_neighbors = 1;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', 3, as_of => :'now');
RESET shopsmart.scored_neighbors;

-- Six events: stage after stage. Repeated views add up: 1 with weight 5 in all.
SELECT count(shopsmart_track('fay', 1, occurred_at => '2026-06-30 12:50Z')) FROM generate_series(1, 4);
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy, because FROM shopsmart_recommend('fay', as_of => :'now');
SELECT round((5 * 5 / 12.0 + 5 * 8 / sqrt(72))::numeric, 6) AS two, round((5 * 3 / 4.0 + 5 * 6 / sqrt(72))::numeric, 6) AS three;

-- Events of weight 0 are part of the history and contribute nothing.
INSERT INTO shop.event_types VALUES ('glance', 0, false);
SELECT shopsmart_track('gus', 2, 'glance', occurred_at => '2026-06-30 12:30Z') > 0 AS tracked;
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('gus', 3, as_of => :'now');

-- Exclusions, k, and k beyond what there is.
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 3, exclude => '{2, 4, 4, 99}', as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 3, exclude => '{}', as_of => :'now');
SELECT rank, product_id FROM shopsmart_recommend('nobody', 1, as_of => :'now');
SELECT count(*), max(rank) FROM shopsmart_recommend('nobody', 1000, as_of => :'now');
SELECT count(*) FROM shopsmart_recommend('nobody', 10, exclude => '{1, 2, 3, 4, 5, 6, 7, 8}', as_of => :'now');
-- Hidden products are skipped at every stage, and fewer than k come only when there are no more.
UPDATE shop.products SET is_active = false WHERE product_id IN (3, 7, 8);
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', as_of => :'now');
UPDATE shop.products SET is_active = true;
-- The last stage goes by id, whatever created_at says.
UPDATE shop.products SET created_at = '2026-01-01 00:00Z';
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('nobody', as_of => :'now', filter => '{"price": {"gte": 60}}');
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('nobody', as_of => :'now', exclude => '{1, 2, 3, 4, 5, 7}');
UPDATE shop.products SET created_at = 'infinity' WHERE product_id = 6;
UPDATE shop.products SET created_at = '-infinity' WHERE product_id = 8;
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('nobody', as_of => :'now', exclude => '{1, 2, 3, 4, 5, 7}');

-- Without as_of, now is the start of the statement: an event of this transaction counts, one of tomorrow does not.
BEGIN;
SELECT shopsmart_track('hal', 1) > 0 AS tracked;
SELECT shopsmart_track('hal', 4, occurred_at => now() + interval '1 day') > 0 AS tracked;
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('hal', 2);
ROLLBACK;
-- Before all events there is no history; the models are those of now.
SELECT rank, product_id, strategy FROM shopsmart_recommend('dan', 2, as_of => '0001-01-01 00:00Z BC');

-- Again: products of the history whose heaviest event is of these types come first, by the sum of their weights, then by the newest.
SELECT rank, product_id, score, strategy, because FROM shopsmart_recommend('dan', 6, again => '{view,add_to_cart,purchase}', as_of => :'now');
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('dan', 3, again => '{view,add_to_cart}', as_of => :'now');
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('dan', 3, again => '{purchase}', as_of => :'now');
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('dan', 3, again => '{}', as_of => :'now');
-- A purchase after a view is a purchase; each product comes once, also when seen ones may come.
BEGIN;
SELECT shopsmart_track('dan', 1, 'purchase', occurred_at => '2026-06-30 11:00Z') > 0 AS tracked;
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('dan', 3, again => '{view}', as_of => :'now');
SELECT rank, product_id, score, strategy FROM shopsmart_recommend('dan', 8, again => '{purchase}', as_of => :'now', include_seen => true);
-- The same conditions as for all products.
SELECT rank, product_id, strategy FROM shopsmart_recommend('dan', 3, again => '{purchase}', exclude => '{1}', as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_recommend('dan', 3, again => '{purchase}', filter => '{"brand": "Acme"}', as_of => :'now');
UPDATE shop.products SET is_active = false WHERE product_id = 3;
SELECT rank, product_id, strategy FROM shopsmart_recommend('dan', 3, again => '{purchase}', as_of => :'now');
ROLLBACK;
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 2, again => '{purchase}', as_of => :'now');
SELECT * FROM shopsmart_recommend('dan', again => '{buy}');
SELECT * FROM shopsmart_recommend('dan', again => '{view,NULL}');
