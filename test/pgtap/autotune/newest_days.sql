-- By which days shopsmart_autotune judges.
\ir ../fixture/start.psql
SELECT plan(4);

-- Users with two events long ago, of whom some came back within the last 28 days.
INSERT INTO shop.products (product_id, name) VALUES (1, 'one'), (2, 'two');
INSERT INTO shop.users (user_id, external_id) SELECT u, 'user ' || u FROM generate_series(1, 1100) AS u;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, product_id, 'view', '2026-01-01 12:00Z'::timestamptz + make_interval(hours => product_id::integer) FROM generate_series(1, 1100) AS u, shop.products;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, 1, 'view', '2026-04-20 12:00Z' FROM generate_series(1, 110) AS u;
SELECT is(split_at, NULL, 'their last events judge ten times as many') FROM shopsmart.newest_days();

DELETE FROM shop.events WHERE user_id > 1099 AND product_id = 1;
SELECT is(split_at, '2026-03-23 12:00Z'::timestamptz, 'hardly so many: days') FROM shopsmart.newest_days();

DELETE FROM shop.events WHERE user_id > 99 AND occurred_at > '2026-04-01';
SELECT is(split_at, NULL, 'too few users') FROM shopsmart.newest_days();

INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, 1, 'view', '2026-04-20 12:00Z' FROM generate_series(1, 1000) AS u;
SELECT is(split_at, '2026-04-19 12:00Z'::timestamptz, 'enough of them within a day') FROM shopsmart.newest_days();

SELECT * FROM finish();
ROLLBACK;
