-- Row security: each answer rests on the rows that the caller could select himself.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set now '2026-06-30 13:00Z'

CREATE ROLE regress_shopsmart_clerk;
SELECT shopsmart_grant('regress_shopsmart_clerk', 'write');
-- The clerk sees toys and what has no category, and the history of ben only.
ALTER TABLE shop.products ENABLE ROW LEVEL SECURITY;
CREATE POLICY toys ON shop.products TO regress_shopsmart_clerk USING (category_id = 3 OR category_id IS NULL);
ALTER TABLE shop.events ENABLE ROW LEVEL SECURITY;
CREATE POLICY ben ON shop.events TO regress_shopsmart_clerk USING (user_id = 2) WITH CHECK (user_id = 2);

-- The same rows as a filtered SELECT by that role: each product shown is one that the role can see.
SET ROLE regress_shopsmart_clerk;
SELECT product_id FROM shop.products ORDER BY 1;
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('nobody', as_of => :'now');
SELECT rank, product_id, strategy FROM shopsmart_similar(3);
SELECT rank, product_id FROM shopsmart_trending();
SELECT product_id, similar_product_id FROM shopsmart.item_similarity ORDER BY 1, 2;
SELECT time_window, product_id FROM shopsmart.trending_scores WHERE category_id IS NULL ORDER BY 1, rank;
-- A hidden product is an unknown one.
SELECT * FROM shopsmart_similar(1);
SELECT * FROM shopsmart_explain('ben', 1, :'now');
SELECT shopsmart.product_exists(1), shopsmart.product_exists(3);
-- dan's history is invisible to the clerk, ben's is not: he saw 1, 2 and 3, of which 1 and 2 are hidden.
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('dan', as_of => :'now');
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('ben', as_of => :'now', include_seen => true);
SELECT seed_product_id, round(contribution::numeric, 6) AS contribution FROM shopsmart_explain('ben', 3, :'now');
SELECT count(*) FROM shopsmart_explain('dan', 3, :'now');
-- The same without direct reads.
SET shopsmart.direct_reads = off;
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('nobody', as_of => :'now');
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('ben', as_of => :'now', include_seen => true);
SELECT rank, product_id, strategy FROM shopsmart_similar(3);
RESET shopsmart.direct_reads;
-- Writing goes through WITH CHECK.
SELECT shopsmart_track('ben', 3) > 0 AS tracked;
SELECT shopsmart_track('dan', 3);
RESET ROLE;

-- In one session, with kept plans, each role has its own answer.
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 3, as_of => :'now');
SET ROLE regress_shopsmart_clerk;
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 3, as_of => :'now');
RESET ROLE;
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 3, as_of => :'now');
-- A policy that looks at a setting is asked anew for each call.
CREATE POLICY chosen ON shop.products TO regress_shopsmart_clerk USING (product_id = current_setting('regress.chosen')::bigint);
SET ROLE regress_shopsmart_clerk;
SET regress.chosen = 1;
SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_recommend('nobody', as_of => :'now');
SET regress.chosen = 2;
SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_recommend('nobody', as_of => :'now');
RESET ROLE;
-- A rebuild by a role under row security would make a model of half the shop: it reads what the role may see, or refuses.
SELECT shopsmart_grant('regress_shopsmart_clerk', 'admin');
SET ROLE regress_shopsmart_clerk;
SELECT events_read FROM shopsmart_rebuild_similarity(as_of => :'now');
SELECT events_read FROM shopsmart_refresh_trending(:'now');
RESET ROLE;

DROP OWNED BY regress_shopsmart_clerk;
DROP ROLE regress_shopsmart_clerk;
