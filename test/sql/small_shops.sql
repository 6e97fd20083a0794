-- Shops with almost nothing in them: never empty without need, never an error.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

-- Nothing at all, and no model yet.
SELECT * FROM shopsmart_recommend('ana');
SELECT * FROM shopsmart_similar(1);
SELECT * FROM shopsmart_bought_together('{1}');
SELECT * FROM shopsmart_trending();
SELECT * FROM shopsmart_explain('ana', 1);
SELECT events_read, users, products, pairs_kept, baskets, basket_pairs_kept, blocks FROM shopsmart_rebuild_similarity();
SELECT events_read, products, categories, scores_kept FROM shopsmart_refresh_trending();
SELECT * FROM shopsmart_recommend('ana');

-- One product, no user.
INSERT INTO shop.products (product_id, name, created_at) VALUES (1, 'one', '2026-01-01 00:00Z');
SELECT * FROM shopsmart_recommend('ana');
SELECT * FROM shopsmart_similar(1);
SELECT * FROM shopsmart_trending();

-- One user who has seen the one product.
SELECT shopsmart_track('ana', 1, 'purchase', occurred_at => '2026-06-30 12:00Z') > 0 AS tracked;
SELECT * FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z');
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z', include_seen => true);
SELECT events_read, users, products, pairs_kept, baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT events_read, products, categories, scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT rank, product_id, score, strategy, because FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z', include_seen => true);
SELECT rank, product_id, score, strategy, because FROM shopsmart_recommend('ben', as_of => '2026-06-30 12:00Z');
SELECT * FROM shopsmart_explain('ana', 1, '2026-06-30 12:00Z');
SELECT * FROM shopsmart_similar(1);
SELECT * FROM shopsmart_bought_together('{1}');

-- All events of one user: each product goes with the others that he had.
INSERT INTO shop.products (product_id, name, created_at) SELECT p, 'product ' || p, '2026-01-01 00:00Z' FROM generate_series(2, 4) AS p;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT user_id, p, 'purchase', '2026-06-30 11:00Z' FROM shop.users, generate_series(1, 3) AS p, generate_series(1, 5);
SELECT events_read, users, products, pairs_kept, baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT events_read, products, scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z');
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z', include_seen => true);
SELECT rank, product_id, co_count, strategy FROM shopsmart_similar(1);

-- A model, and then no events any more: popular is what the model says until the next rebuild.
DELETE FROM shop.users;
SELECT rank, product_id, strategy FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z');
SELECT pairs_kept FROM shopsmart_rebuild_similarity();
SELECT scores_kept FROM shopsmart_refresh_trending();
SELECT rank, product_id, strategy FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z');

-- A user with 100,000 events, of which only the newest count.
INSERT INTO shop.users (user_id, external_id) VALUES (77, 'busy'), (78, 'other');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT 77, 1 + e % 2, 'view', '2026-06-30 12:00Z'::timestamptz - make_interval(secs => e) FROM generate_series(0, 99999) AS e;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, p, 'view', '2026-06-29 00:00Z' FROM generate_series(77, 78) AS u, generate_series(1, 4) AS p;
SELECT users, products, pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT rank, product_id, strategy, because FROM shopsmart_recommend('busy', 2, as_of => '2026-06-30 12:00Z');
SELECT seed_product_id, count(*) FROM shopsmart_explain('busy', 3, '2026-06-30 12:00Z') GROUP BY 1 ORDER BY 1;
