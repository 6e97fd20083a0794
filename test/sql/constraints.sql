-- Constraints of the shop's tables: plain SQL writes are first-class, and checked.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

INSERT INTO shop.categories (category_id, parent_id, name) VALUES (1, NULL, 'books'), (2, 1, 'novels');
INSERT INTO shop.products (product_id, sku, name, category_id) VALUES (1, 'A1', 'one', 2), (2, NULL, 'two', 2), (3, NULL, 'three', NULL);
SELECT price, rating, stock, attributes, is_active, created_at <= now() AS created FROM shop.products WHERE product_id = 3;
INSERT INTO shop.users (user_id, external_id) VALUES (1, 'ana'), (2, repeat('ä', 255));
ALTER TABLE shop.categories ALTER category_id RESTART 101;
ALTER TABLE shop.products ALTER product_id RESTART 101;
ALTER TABLE shop.users ALTER user_id RESTART 101;

\set VERBOSITY terse
-- products
INSERT INTO shop.products (name, price) VALUES ('bad', -0.01);
INSERT INTO shop.products (name, price) VALUES ('bad', 'NaN');
INSERT INTO shop.products (name, price) VALUES ('bad', 'Infinity');
INSERT INTO shop.products (name, price) VALUES ('free', 0), ('dear', 9999999999.99), ('unpriced', NULL);
INSERT INTO shop.products (name, rating) VALUES ('bad', 5.01);
INSERT INTO shop.products (name, rating) VALUES ('bad', -0.01);
INSERT INTO shop.products (name, rating) VALUES ('bad', 'NaN');
INSERT INTO shop.products (name, stock) VALUES ('bad', -1);
INSERT INTO shop.products (name, sku) VALUES ('bad', 'A1');
INSERT INTO shop.products (name, category_id) VALUES ('bad', 99);
INSERT INTO shop.products (name) VALUES (NULL);
-- categories
UPDATE shop.categories SET parent_id = category_id WHERE category_id = 1;
INSERT INTO shop.categories (parent_id, name) VALUES (99, 'bad');
DELETE FROM shop.categories WHERE category_id = 1;
-- users
INSERT INTO shop.users (external_id) VALUES ('');
INSERT INTO shop.users (external_id) VALUES (repeat('x', 256));
INSERT INTO shop.users (external_id) VALUES ('ana');
INSERT INTO shop.users (external_id) VALUES (NULL);
-- event types
INSERT INTO shop.event_types VALUES ('bad', -1);
INSERT INTO shop.event_types VALUES ('bad', 'NaN');
INSERT INTO shop.event_types VALUES ('bad', 'Infinity');
INSERT INTO shop.event_types VALUES ('bad', 1000001);
INSERT INTO shop.event_types VALUES ('', 1);
INSERT INTO shop.event_types VALUES (repeat('x', 65), 1);
INSERT INTO shop.event_types VALUES ('glance', 0), ('heirloom', 1e6);
-- events
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (1, 99, 'view', '2019-06-30 12:00Z');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (99, 1, 'view', '2019-06-30 12:00Z');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (1, 1, 'stare', '2019-06-30 12:00Z');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (1, 1, 'view', 'infinity');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (1, 1, 'view', '-infinity');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at, session_id) VALUES (1, 1, 'view', '2019-06-30 12:00Z', repeat('x', 256));
\set VERBOSITY default

-- COPY and INSERT store events for any date.
COPY shop.events (user_id, product_id, event_type, occurred_at, session_id) FROM stdin;
1	1	view	1970-01-01 00:00:00+00	\N
1	2	purchase	2999-12-31 23:59:59+00	s
2	1	glance	2026-06-30 12:00:00+00	\N
\.
INSERT INTO shop.event_keys (user_id, idempotency_key, event_id, product_id, event_type) VALUES (1, 'k', 1, 1, 'view');
SELECT user_id, product_id, event_type, session_id FROM shop.events ORDER BY occurred_at;

-- A renamed event type takes its events along; one in use cannot go.
UPDATE shop.event_types SET event_type = 'look' WHERE event_type = 'view';
SELECT event_type, count(*) FROM shop.events GROUP BY 1 ORDER BY 1;
DELETE FROM shop.event_types WHERE event_type = 'look';

-- A category goes without its products; a product or a user goes with its events and keys.
DELETE FROM shop.categories WHERE category_id = 2;
SELECT product_id, category_id FROM shop.products WHERE product_id <= 2 ORDER BY 1;
DELETE FROM shop.products WHERE product_id = 1;
SELECT user_id, product_id FROM shop.events;
SELECT count(*) FROM shop.event_keys;
DELETE FROM shop.users WHERE user_id = 1;
SELECT count(*) FROM shop.events;
