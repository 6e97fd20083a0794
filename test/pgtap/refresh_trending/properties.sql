-- What holds for every refresh: the report fits the lists, which depend on nothing but events, products and settings.
\ir ../fixture/random_shop.psql
SELECT plan(11);

CREATE TEMPORARY TABLE report AS SELECT * FROM shopsmart_refresh_trending(:'now');
SELECT is((SELECT events_read FROM report), (SELECT count(*) FROM shop.events WHERE occurred_at <= :'now' AND occurred_at > :'now'::timestamptz - interval '720 hours'), 'events read: those of the longest window');
SELECT is((SELECT interaction_weight FROM report), (SELECT sum(t.weight) FROM shop.events JOIN shop.event_types t USING (event_type) WHERE occurred_at <= :'now' AND occurred_at > :'now'::timestamptz - interval '720 hours'), 'their weight');
SELECT is((SELECT changes_at FROM report), (SELECT min(e.occurred_at + length) FROM shop.events e JOIN shop.event_types t USING (event_type), unnest('{24 hours,168 hours,720 hours}'::interval[]) AS length
                                            WHERE t.weight > 0 AND e.occurred_at <= :'now' AND e.occurred_at + length > :'now'), 'when the first of them leaves a window');
SELECT is((SELECT products FROM report), (SELECT count(DISTINCT product_id) FROM shopsmart.trending_scores WHERE time_window <> 'all'), 'products');
SELECT is((SELECT categories FROM report), (SELECT count(DISTINCT category_id) FROM shopsmart.trending_scores WHERE time_window <> 'all'), 'categories');
SELECT is((SELECT scores_kept FROM report), (SELECT count(*) FROM shopsmart.trending_scores WHERE time_window <> 'all'), 'scores kept');
SELECT is_empty($$SELECT a.product_id FROM shopsmart.trending_scores a JOIN shopsmart.trending_scores b ON b.time_window = a.time_window AND b.category_id IS NOT DISTINCT FROM a.category_id AND b.rank = a.rank + 1
                  WHERE a.score < b.score OR a.score = b.score AND a.product_id > b.product_id$$, 'score descending, then product id');
SELECT is_empty($$SELECT time_window, category_id FROM shopsmart.trending_scores GROUP BY 1, 2 HAVING min(rank) <> 1 OR max(rank) <> count(*)$$, 'ranks 1..n');
SELECT is_empty($$SELECT tree.ancestor_id, s.product_id FROM shopsmart.trending_scores s JOIN shop.products p USING (product_id) JOIN oracle.category_tree tree ON tree.category_id = p.category_id
                  WHERE s.time_window <> 'all' AND s.category_id IS NULL
                    AND NOT EXISTS (SELECT FROM shopsmart.trending_scores c WHERE c.time_window = s.time_window AND c.category_id = tree.ancestor_id AND c.product_id = s.product_id)$$,
                'what trends in the shop trends in each category above it');
CREATE TEMPORARY TABLE lists AS SELECT time_window, category_id, product_id, score, rank FROM shopsmart.trending_scores;
CREATE TEMPORARY TABLE shuffled AS SELECT * FROM shop.events ORDER BY md5(event_id::text);
DELETE FROM shop.events;
INSERT INTO shop.events SELECT * FROM shuffled;
SELECT shopsmart_refresh_trending(:'now') \g /dev/null
SELECT set_eq('SELECT time_window, category_id, product_id, score, rank FROM shopsmart.trending_scores', 'TABLE lists', 'events in another order: the same bits');
SELECT is((SELECT count(*) FROM shopsmart.ranked_lists l WHERE l.generation NOT IN (SELECT g.generation FROM shopsmart.generations g)), 0::bigint, 'no rows of old generations');

SELECT * FROM finish();
ROLLBACK;
