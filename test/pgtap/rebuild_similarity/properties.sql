-- What holds for every rebuild: the report fits the models, which depend on nothing but events and settings.
\ir ../fixture/random_shop.psql
SELECT plan(15);

CREATE TEMPORARY TABLE report AS SELECT * FROM shopsmart_rebuild_similarity('2160 hours', :'now');
SELECT is((SELECT events_read FROM report), (SELECT count(*) FROM shop.events WHERE occurred_at <= :'now'), 'events read');
SELECT is((SELECT ARRAY[users, products] FROM report), (SELECT ARRAY[count(DISTINCT user_id), count(DISTINCT product_id)] FROM oracle.interactions('2160 hours', :'now')), 'users and products');
SELECT is((SELECT interaction_weight FROM report), (SELECT sum(t.weight) FROM shop.events JOIN shop.event_types t USING (event_type) WHERE occurred_at <= :'now' AND occurred_at > :'now'::timestamptz - interval '2160 hours'), 'weight in the look-back');
SELECT is((SELECT pairs_kept FROM report), (SELECT count(*) FROM shopsmart.item_similarity), 'pairs kept');
SELECT is((SELECT basket_pairs_kept FROM report), (SELECT count(*) FROM shopsmart.basket_affinity), 'basket pairs kept');
SELECT is((SELECT baskets FROM report), (SELECT count(DISTINCT (user_id, session_id, started_at)) FROM oracle.basket_lines('2160 hours', :'now', '1 day')), 'baskets');
SELECT ok((SELECT generation = (SELECT max(g.generation) FROM shopsmart.generations g WHERE kind <> 'trending') OR generation IN (SELECT g.generation FROM shopsmart.generations g) FROM report), 'its generation is current');
SELECT ok((SELECT total_seconds >= scan_seconds AND least(scan_seconds, similarity_seconds, basket_seconds, write_seconds) >= 0 FROM report), 'seconds');
SELECT is_empty($$SELECT product_id FROM shopsmart.item_similarity WHERE co_count < 1 OR NOT (score > 0 AND score <= 1.000001) OR product_id = similar_product_id$$, 'kept pairs');
SELECT is_empty($$SELECT product_id FROM shopsmart.item_similarity GROUP BY 1 HAVING count(*) > 50 OR min(rank) <> 1 OR max(rank) <> count(*) OR count(DISTINCT rank) <> count(*)$$, 'at most fifty a product, ranks 1..n');
SELECT is_empty($$SELECT n.product_id FROM shopsmart.neighbors n WHERE cardinality(neighbor_ids) <> cardinality(scores) OR cardinality(scores) <> cardinality(co_counts) OR cardinality(scores) = 0$$, 'packed lists are of one length');

CREATE TEMPORARY TABLE model AS SELECT 's' AS kind, v.* FROM shopsmart.item_similarity v UNION ALL SELECT 'b', v.* FROM shopsmart.basket_affinity v;
SET LOCAL shopsmart.rebuild_threads = 1;
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') \g /dev/null
SELECT set_eq($$SELECT 's', v.* FROM shopsmart.item_similarity v UNION ALL SELECT 'b', v.* FROM shopsmart.basket_affinity v$$, 'TABLE model', 'one thread: the same bits');
SET LOCAL shopsmart.rebuild_threads = 7;
SET LOCAL shopsmart.rebuild_memory = '1MB';
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') \g /dev/null
SELECT set_eq($$SELECT 's', v.* FROM shopsmart.item_similarity v UNION ALL SELECT 'b', v.* FROM shopsmart.basket_affinity v$$, 'TABLE model', 'seven threads in little memory: the same bits');
CREATE TEMPORARY TABLE shuffled AS SELECT * FROM shop.events ORDER BY md5(event_id::text);
DELETE FROM shop.events;
INSERT INTO shop.events SELECT * FROM shuffled;
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') \g /dev/null
SELECT set_eq($$SELECT 's', v.* FROM shopsmart.item_similarity v UNION ALL SELECT 'b', v.* FROM shopsmart.basket_affinity v$$, 'TABLE model', 'events in another order: the same bits');
SELECT is((SELECT count(*) FROM shopsmart.neighbors n WHERE n.generation NOT IN (SELECT g.generation FROM shopsmart.generations g)), 0::bigint, 'no rows of old generations');

SELECT * FROM finish();
ROLLBACK;
