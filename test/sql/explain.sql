-- shopsmart_explain(): why a product, event by event (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set now '2026-06-30 13:00Z'

-- fay: saw 1 twice, bought 4, glanced at 3. For product 2: s(1,2) = 5/12 and s(2,4) = 8/sqrt(72).
INSERT INTO shop.event_types VALUES ('glance', 0, false);
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES
    (6, 1, 'view', '2026-06-30 12:10Z'), (6, 4, 'purchase', '2026-06-30 12:20Z'), (6, 1, 'view', '2026-06-30 12:30Z'), (6, 3, 'glance', '2026-06-30 12:40Z');
SELECT seed_product_id, event_type, occurred_at AT TIME ZONE 'UTC' AS utc, round(weight::numeric, 6) AS weight, round(similarity::numeric, 6) AS similarity, round(contribution::numeric, 6) AS contribution
FROM shopsmart_explain('fay', 2, :'now');
-- The contributions add up to the score, for every personalised row of everybody, seen or not.
SELECT u.external_id, r.product_id, round(r.score::numeric, 6) AS score, sum(e.contribution) - r.score BETWEEN -1e-9 AND 1e-9 AS adds_up
FROM shop.users u, shopsmart_recommend(u.external_id, as_of => :'now', include_seen => true) r, shopsmart_explain(u.external_id, r.product_id, :'now') e
WHERE r.strategy = 'personalized' GROUP BY u.external_id, r.product_id, r.score ORDER BY 1, 3 DESC;
-- A seen product can be explained.
SELECT seed_product_id, round(contribution::numeric, 6) AS contribution FROM shopsmart_explain('fay', 3, :'now');
-- Two moments later an event counts half, each moment on the way 2^(1/2) less; the glance is one. Above it was 1 moment for the
-- view, 2 for the purchase: (5 / 2^(2/2))^0.5 = 1.581139. The views of 1 together are 2^(-1/2) + 2^(-3/2), of which the root counts: 1.029884.
-- Without the root and with a half-life of one: 1/2, 1/4, 1/4 for both events of one moment, 1/8.
SET shopsmart.history_half_life = 1;
SET shopsmart.history_exponent = 1;
BEGIN;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (6, 1, 'add_to_cart', '2026-06-30 12:20Z');
SELECT seed_product_id, event_type, weight, round(contribution::numeric, 6) AS contribution FROM shopsmart_explain('fay', 2, :'now');
SELECT round(score::numeric, 6) AS score FROM shopsmart_recommend('fay', as_of => :'now') WHERE product_id = 2;
SET LOCAL shopsmart.direct_reads = off;
SELECT round(score::numeric, 6) AS score FROM shopsmart_recommend('fay', as_of => :'now') WHERE product_id = 2;
ROLLBACK;
-- Zero lets all count in full.
SET shopsmart.history_half_life = 0;
SELECT seed_product_id, event_type, weight FROM shopsmart_explain('fay', 2, :'now');
SET shopsmart.history_exponent = 0;
SELECT seed_product_id, event_type, weight FROM shopsmart_explain('fay', 2, :'now');
RESET shopsmart.history_half_life;
RESET shopsmart.history_exponent;
-- The same limits as the score.
SET shopsmart.history_events = 2;
SELECT seed_product_id, round(contribution::numeric, 6) AS contribution FROM shopsmart_explain('fay', 2, :'now');
RESET shopsmart.history_events;
SET shopsmart.scored_neighbors = 1;
SELECT seed_product_id, round(contribution::numeric, 6) AS contribution FROM shopsmart_explain('fay', 2, :'now');
RESET shopsmart.scored_neighbors;
SELECT seed_product_id, round(contribution::numeric, 6) AS contribution FROM shopsmart_explain('fay', 2, '2026-06-30 12:20Z');
-- Nothing speaks for it: a product without neighbors, an unknown one, an unknown user, a time before all events.
SELECT * FROM shopsmart_explain('fay', 5, :'now');
SELECT * FROM shopsmart_explain('fay', 99, :'now');
SELECT * FROM shopsmart_explain('nobody', 2, :'now');
SELECT * FROM shopsmart_explain('fay', 2, '2000-01-01 00:00Z');
-- A deleted product is unknown.
DELETE FROM shop.products WHERE product_id = 2;
SELECT * FROM shopsmart_explain('fay', 2, :'now');
