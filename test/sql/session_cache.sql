-- What a session remembers of a model never outlives that model (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set now '2026-06-30 13:00Z'

-- Twice, so that the second call may come from memory. Best neighbors of 1: 3, then 2.
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 2, as_of => :'now');
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 2, as_of => :'now');
-- A rebuild that is rolled back, wholly and to a savepoint: 8 takes the place of 3 and leaves it again.
BEGIN;
UPDATE shop.events SET product_id = 8 WHERE product_id = 3;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 1, as_of => :'now');
SAVEPOINT before;
UPDATE shop.events SET product_id = 6 WHERE product_id = 8;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 1, as_of => :'now');
ROLLBACK TO before;
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 1, as_of => :'now');
ROLLBACK;
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 1, as_of => :'now');
-- Other limits, another size, none at all.
SET shopsmart.scored_neighbors = 1;
SELECT product_id, strategy, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 3, as_of => :'now');
SET shopsmart.scored_neighbors = 1000;
SELECT product_id, strategy, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 3, as_of => :'now');
RESET shopsmart.scored_neighbors;
SET shopsmart.session_cache = '64kB';
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 2, as_of => :'now');
SET shopsmart.session_cache = 0;
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 2, as_of => :'now');
RESET shopsmart.session_cache;
-- A product that is deleted or hidden is gone from what is remembered, too.
BEGIN;
DELETE FROM shop.products WHERE product_id = 3;
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 1, as_of => :'now');
ROLLBACK;
-- A new extension counts its generations from one again: its models are not mistaken for the old ones.
SELECT min(generation) AS first_generation FROM shopsmart.generations;
DROP EXTENSION shopsmart;
CREATE EXTENSION shopsmart;
SELECT shopsmart_setup();
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('by hand', 'cosine', true);
UPDATE shop.events SET product_id = 6 WHERE product_id = 3;
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT min(generation) AS first_generation FROM shopsmart.generations;
SELECT product_id, round(score::numeric, 6) AS score FROM shopsmart_recommend('ana', 2, as_of => :'now');
