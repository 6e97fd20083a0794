-- Same snapshot: what the caller just wrote counts, what was just hidden is gone.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set now '2026-06-30 13:00Z'

-- The caller's own events count before they are committed, and no longer after a rollback to a savepoint.
BEGIN;
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', 2, as_of => :'now');
SAVEPOINT before;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES (6, 1, 'view', '2026-06-30 12:30Z');
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', 2, as_of => :'now');
SELECT seed_product_id FROM shopsmart_explain('fay', 3, :'now');
ROLLBACK TO before;
SELECT rank, product_id, strategy FROM shopsmart_recommend('fay', 2, as_of => :'now');
SELECT seed_product_id FROM shopsmart_explain('fay', 3, :'now');
-- A new user, a new product, a changed weight.
INSERT INTO shop.products (product_id, name, created_at) VALUES (9, 'nine', '2026-06-30 00:00Z');
SELECT shopsmart_track('new', 9, 'purchase', occurred_at => '2026-06-30 12:30Z') > 0 AS tracked;
SELECT product_id FROM shopsmart_recommend('nobody', 100, as_of => :'now') WHERE product_id = 9;
SELECT product_id FROM shopsmart_recommend('new', 100, as_of => :'now') WHERE product_id = 9;
SELECT round(score::numeric, 6) AS score FROM shopsmart_recommend('ben', 1, include_seen => true, as_of => :'now');
UPDATE shop.event_types SET weight = 10 WHERE event_type = 'view';
SELECT round(score::numeric, 6) AS score FROM shopsmart_recommend('ben', 1, include_seen => true, as_of => :'now');
ROLLBACK;

-- Hidden, sold out, dearer, moved, deleted: at once, in every function.
BEGIN;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_trending();
UPDATE shop.products SET is_active = false WHERE product_id = 2;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_trending();
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', as_of => :'now');
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_similar(1);
UPDATE shop.products SET stock = 0 WHERE product_id = 3;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', filter => '{"in_stock": true}', as_of => :'now');
UPDATE shop.products SET price = 5 WHERE product_id = 3;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', filter => '{"price": {"lte": 5}}', as_of => :'now');
UPDATE shop.products SET category_id = 4 WHERE product_id = 3;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', category_id => 4, as_of => :'now');
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', category_id => 3, as_of => :'now');
UPDATE shop.categories SET parent_id = 1 WHERE category_id = 4;
SELECT array_agg(product_id ORDER BY product_id) FROM shopsmart_recommend('nobody', category_id => 1, as_of => :'now');
DELETE FROM shop.products WHERE product_id = 3;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', as_of => :'now');
SELECT count(*) FROM shopsmart.item_similarity WHERE product_id = 3 OR similar_product_id = 3;
ROLLBACK;
SELECT array_agg(product_id ORDER BY rank) FROM shopsmart_recommend('nobody', as_of => :'now');

-- A cursor keeps the snapshot that it was opened with.
BEGIN;
DECLARE kept CURSOR FOR SELECT rank, product_id FROM shopsmart_recommend('nobody', 3, as_of => :'now');
UPDATE shop.products SET is_active = false;
FETCH ALL FROM kept;
SELECT count(*) FROM shopsmart_recommend('nobody', 3, as_of => :'now');
ROLLBACK;
-- Repeatable read and serializable read like plain SQL does.
BEGIN ISOLATION LEVEL SERIALIZABLE;
SELECT rank, product_id FROM shopsmart_recommend('nobody', 3, as_of => :'now');
UPDATE shop.products SET is_active = false WHERE product_id = 2;
SELECT rank, product_id FROM shopsmart_recommend('nobody', 3, as_of => :'now');
COMMIT;
UPDATE shop.products SET is_active = true WHERE product_id = 2;

-- Called once a row, inside functions, and with a model that changes in the same transaction.
SELECT u.external_id, r.product_id, r.strategy FROM shop.users u, shopsmart_recommend(u.external_id, 1, as_of => :'now') r ORDER BY u.user_id;
CREATE FUNCTION hide_best() RETURNS SETOF bigint LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT product_id FROM shopsmart_recommend('nobody', 1, as_of => '2026-06-30 13:00Z');
    UPDATE shop.products SET is_active = false WHERE product_id = 2;
    RETURN QUERY SELECT product_id FROM shopsmart_recommend('nobody', 1, as_of => '2026-06-30 13:00Z');
    PERFORM shopsmart_refresh_trending('2026-06-29 00:00Z');
    RETURN QUERY SELECT product_id FROM shopsmart_recommend('nobody', 1, as_of => '2026-06-30 13:00Z');
END
$$;
BEGIN;
SELECT * FROM hide_best();
ROLLBACK;
DROP FUNCTION hide_best();
