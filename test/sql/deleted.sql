-- Deleted products and users leave nothing visible, before and after the next rebuild.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set now '2026-06-30 13:00Z'

CREATE FUNCTION shows(id bigint) RETURNS TABLE (place text) LANGUAGE sql
BEGIN ATOMIC
    SELECT 'recommend' FROM shop.users u, shopsmart_recommend(u.external_id, 100, include_seen => true, as_of => '2026-06-30 13:00Z') r WHERE r.product_id = id OR id = ANY (r.because)
    UNION SELECT 'similar' FROM shop.products p, shopsmart_similar(p.product_id, 100) s WHERE s.product_id = id
    UNION SELECT 'bought_together' FROM shop.products p, shopsmart_bought_together(ARRAY[p.product_id], 100) b WHERE b.product_id = id
    UNION SELECT 'trending' FROM shopsmart_trending(100, time_window => '30d') t WHERE t.product_id = id
    UNION SELECT 'explain' FROM shop.users u, shop.products p, shopsmart_explain(u.external_id, p.product_id, '2026-06-30 13:00Z') e WHERE e.seed_product_id = id
    UNION SELECT 'explained' FROM shop.users u, shopsmart_explain(u.external_id, id, '2026-06-30 13:00Z') e
    UNION SELECT 'item_similarity' FROM shopsmart.item_similarity v WHERE id IN (v.product_id, v.similar_product_id)
    UNION SELECT 'basket_affinity' FROM shopsmart.basket_affinity v WHERE id IN (v.product_id, v.other_product_id)
    UNION SELECT 'trending_scores' FROM shopsmart.trending_scores v WHERE v.product_id = id
    UNION SELECT 'events' FROM shop.events e WHERE e.product_id = id
    UNION SELECT 'event_keys' FROM shop.event_keys k WHERE k.product_id = id;
END;
-- Give product 2 a basket and a key as well.
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, p, 'purchase', '2026-06-20 12:00Z' FROM generate_series(4, 5) AS u, generate_series(2, 3) AS p;
SELECT shopsmart_track('dan', 2, idempotency_key => 'k', occurred_at => '2026-06-30 12:00Z') > 0 AS tracked;
SELECT pairs_kept, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT * FROM shows(2) ORDER BY place COLLATE "C";
SELECT shopsmart.product_exists(2), shopsmart.product_exists(99), shopsmart.product_exists(NULL);
DELETE FROM shop.products WHERE product_id = 2;
SELECT * FROM shows(2) ORDER BY place COLLATE "C";
SELECT shopsmart.product_exists(2);
-- The rest is still there, and a rebuild forgets the product for good.
SELECT rank, product_id, strategy FROM shopsmart_recommend('nobody', 3, as_of => :'now');
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT products FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT count(*) FROM shopsmart.neighbors WHERE product_id = 2 OR 2 = ANY (neighbor_ids);
SELECT count(*) FROM shopsmart.ranked_lists WHERE 2 = ANY (product_ids);
SELECT * FROM shows(2) ORDER BY place COLLATE "C";
-- An id that is used again starts without a past.
INSERT INTO shop.products (product_id, name, created_at) VALUES (2, 'two again', '2026-06-29 00:00Z');
SELECT strategy FROM shopsmart_recommend('nobody', 100, as_of => :'now') WHERE product_id = 2;
SELECT count(*) FROM shopsmart_explain('dan', 2, :'now');

-- A user who is forgotten: no event, no key, no history; unknown from now on. Every relation that has a user_id is asked.
SELECT shopsmart_track('dan', 1, idempotency_key => 'again', occurred_at => '2026-06-30 12:00Z') > 0 AS tracked;
SELECT count(*) > 0 AS had_reasons FROM shopsmart_recommend('dan', as_of => :'now', include_seen => true) WHERE because <> '{}';
DELETE FROM shop.users WHERE external_id = 'dan';
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('dan', 2, as_of => :'now');
SELECT count(*) FROM shopsmart_explain('dan', 3, :'now');
CREATE FUNCTION rows_of_user(id bigint) RETURNS TABLE (relation regclass, rows bigint) LANGUAGE plpgsql AS $$
BEGIN
    FOR relation IN
        SELECT c.oid FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attname = 'user_id' AND NOT a.attisdropped
        WHERE c.relnamespace IN ('shop'::regnamespace, 'shopsmart'::regnamespace) AND c.relkind IN ('r', 'p', 'v', 'm')
    LOOP
        EXECUTE format('SELECT count(*) FROM %s WHERE user_id = $1', relation) INTO rows USING id;
        IF rows > 0 THEN RETURN NEXT; END IF;
    END LOOP;
END
$$;
SELECT * FROM rows_of_user(4);
SELECT count(*) > 0 AS others_are_there FROM rows_of_user(5);
SELECT users FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
DELETE FROM shop.users WHERE external_id = 'dan';
DROP FUNCTION shows, rows_of_user;
