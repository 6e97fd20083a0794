-- shopsmart_grant(): what a role may do, and what it may not (42501).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

CREATE ROLE regress_shopsmart_none;
CREATE ROLE regress_shopsmart_read;
CREATE ROLE regress_shopsmart_write;
CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_read', 'read');
SELECT shopsmart_grant('regress_shopsmart_write', 'write');
SELECT shopsmart_grant(access => 'admin', role_name => 'regress_shopsmart_admin');
SELECT shopsmart_grant('regress_shopsmart_read', 'read');
SELECT shopsmart_grant('regress_shopsmart_read', NULL) IS NULL AS nothing;

\set VERBOSITY terse
SET ROLE regress_shopsmart_none;
SELECT count(*) FROM shopsmart_recommend('ana');
SELECT count(*) FROM shopsmart_similar(1);
SELECT count(*) FROM shopsmart_bought_together('{1}');
SELECT count(*) FROM shopsmart_trending();
SELECT count(*) FROM shopsmart_explain('ana', 1);
SELECT shopsmart_track('ana', 1);
SELECT shopsmart_rebuild_similarity() IS NULL;
SELECT shopsmart_refresh_trending() IS NULL;
SELECT count(*) FROM shopsmart_progress();
SELECT shopsmart_setup();
SELECT shopsmart_add_partitions();
SELECT shopsmart_grant('regress_shopsmart_none', 'admin');
SELECT count(*) FROM shopsmart.item_similarity;
SELECT count(*) FROM shopsmart.shop;
SELECT shopsmart.product_exists(1);

SET ROLE regress_shopsmart_read;
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 2, as_of => '2026-06-30 13:00Z');
SELECT rank, product_id, strategy FROM shopsmart_similar(1, 2, '{"category": 1}');
SELECT count(*) FROM shopsmart_bought_together('{1}');
SELECT count(*) FROM shopsmart_trending();
SELECT count(*) FROM shopsmart_explain('dan', 1, '2026-06-30 13:00Z');
SELECT count(*) FROM shopsmart_progress();
SELECT count(*) FROM shopsmart.item_similarity;
SELECT count(*) FROM shopsmart.basket_affinity;
SELECT count(*) > 0 AS rows FROM shopsmart.trending_scores;
SELECT shopsmart_track('ana', 1);
SELECT shopsmart_rebuild_similarity() IS NULL;
SELECT shopsmart_refresh_trending() IS NULL;
SELECT shopsmart_setup();
SELECT shopsmart_grant('regress_shopsmart_read', 'admin');
DELETE FROM shopsmart.neighbors;
INSERT INTO shop.events (user_id, product_id, event_type) VALUES (1, 1, 'view');

SET ROLE regress_shopsmart_write;
SELECT shopsmart_track('new', 1, 'purchase', idempotency_key => 'k') > 0 AS tracked;
SELECT shopsmart_track('new', 1, 'purchase', idempotency_key => 'k') > 0 AS tracked_once;
SELECT shopsmart_track('new', 99);
SELECT count(*) FROM shopsmart_recommend('new', 3);
SELECT shopsmart_rebuild_similarity() IS NULL;
SELECT shopsmart_refresh_trending() IS NULL;
DELETE FROM shop.events;
UPDATE shop.event_types SET weight = 0;

SET ROLE regress_shopsmart_admin;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT products FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT shopsmart_track('new', 2) > 0 AS tracked;
SELECT count(*) FROM shopsmart_recommend('new', 3);
SELECT shopsmart_setup();
SELECT shopsmart_grant('regress_shopsmart_read', 'admin');
DROP TABLE shopsmart.neighbors;
RESET ROLE;

-- A right on the function is not a right on the tables, with and without direct reads.
REVOKE SELECT ON shop.products FROM regress_shopsmart_read;
SET ROLE regress_shopsmart_read;
SELECT count(*) FROM shopsmart_recommend('nobody', 2, as_of => '2026-06-30 13:00Z');
SELECT count(*) FROM shopsmart_similar(1);
SELECT count(*) FROM shopsmart_trending();
SET shopsmart.direct_reads = off;
SELECT count(*) FROM shopsmart_recommend('nobody', 2, as_of => '2026-06-30 13:00Z');
SELECT count(*) FROM shopsmart_similar(1);
SELECT count(*) FROM shopsmart_trending();
RESET shopsmart.direct_reads;
RESET ROLE;
GRANT SELECT ON shop.products TO regress_shopsmart_read;
REVOKE SELECT ON shop.events FROM regress_shopsmart_read;
SET ROLE regress_shopsmart_read;
SELECT count(*) FROM shopsmart_recommend('ana', 2, as_of => '2026-06-30 13:00Z');
SELECT count(*) FROM shopsmart_explain('dan', 1, '2026-06-30 13:00Z');
RESET ROLE;
GRANT SELECT ON shop.events TO regress_shopsmart_read;
REVOKE SELECT ON shopsmart.neighbors FROM regress_shopsmart_read;
SET ROLE regress_shopsmart_read;
SELECT count(*) FROM shopsmart_recommend('ana', 2, as_of => '2026-06-30 13:00Z');
SELECT count(*) FROM shopsmart_similar(1);
SELECT count(*) FROM shopsmart.item_similarity;
RESET ROLE;
-- Columns count too: a role that may read some columns of users only.
GRANT SELECT ON shopsmart.neighbors TO regress_shopsmart_read;
REVOKE SELECT ON shop.users FROM regress_shopsmart_read;
GRANT SELECT (user_id, external_id) ON shop.users TO regress_shopsmart_read;
SET ROLE regress_shopsmart_read;
SELECT count(*) FROM shopsmart_recommend('ana', 2, as_of => '2026-06-30 13:00Z');
RESET ROLE;
REVOKE SELECT (user_id, external_id) ON shop.users FROM regress_shopsmart_read;
SET ROLE regress_shopsmart_read;
SELECT count(*) FROM shopsmart_recommend('ana', 2, as_of => '2026-06-30 13:00Z');
RESET ROLE;

SET client_min_messages = warning;
DROP EXTENSION shopsmart;
DROP SCHEMA shop CASCADE;
DROP OWNED BY regress_shopsmart_none, regress_shopsmart_read, regress_shopsmart_write, regress_shopsmart_admin;
DROP ROLE regress_shopsmart_none, regress_shopsmart_read, regress_shopsmart_write, regress_shopsmart_admin;
