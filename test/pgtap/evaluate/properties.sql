-- What holds for every evaluation: its figures are those of the lists that the extension would have shown at the split.
\ir ../fixture/random_shop.psql
SELECT plan(20);
UPDATE shop.products SET is_active = true;
\set split '2026-06-10 12:00Z'

CREATE TEMPORARY VIEW models AS
SELECT (SELECT jsonb_agg(g ORDER BY kind) FROM shopsmart.generations g) AS generations,
       (SELECT md5(string_agg(n::text, '' ORDER BY generation, product_id)) FROM shopsmart.neighbors n) AS neighbors,
       (SELECT md5(string_agg(l::text, '' ORDER BY generation, time_window, category_id, first_rank)) FROM shopsmart.ranked_lists l) AS ranked_lists;
CREATE TEMPORARY TABLE models_before AS TABLE models;
CREATE TEMPORARY TABLE run AS SELECT * FROM shopsmart_evaluate(split_at => :'split', as_of => :'now', lookback => '2160 hours', k => '{1,3,10}');
SELECT results_eq('TABLE models', 'TABLE models_before', 'no model was touched');
SELECT set_eq('TABLE run', $$SELECT * FROM shopsmart.evaluation_metrics WHERE segment = 'all'$$, 'what it returns is in the books');
SELECT is((SELECT ARRAY[r.split, r.split_at::text, r.as_of::text, r.seed::text, r.parameters->>'max_users', r.parameters->>'shopsmart.history_events'] FROM shopsmart.evaluation_runs r),
          (SELECT ARRAY['time', (:'split'::timestamptz)::text, (:'now'::timestamptz)::text, '0', '20000', '200']), 'with its split, seed and parameters');
SELECT is((SELECT array_agg(DISTINCT users) FROM run), (SELECT ARRAY[users] FROM shopsmart.evaluation_runs), 'all models are judged by the same users');
SELECT is((SELECT count(*) FROM run), 9::bigint, 'one row a model and k');

-- The same in SQL: models of the split, the lists that recommend shows from them, answers from the events.
SELECT shopsmart_rebuild_similarity('2160 hours', :'split'), shopsmart_refresh_trending(:'split') \g /dev/null
SET LOCAL shopsmart.personalized_first_from = 1;
CREATE TEMPORARY TABLE seen AS
SELECT u.user_id, h.product_id, count(*) AS events FROM shop.users u, oracle.history(u.external_id, :'split') h GROUP BY 1, 2;
CREATE TEMPORARY TABLE answer AS
SELECT DISTINCT e.user_id, e.product_id FROM shop.events e JOIN shop.event_types t USING (event_type)
WHERE e.occurred_at > :'split' AND e.occurred_at <= :'now' AND t.weight > 0
  AND NOT EXISTS (SELECT FROM shop.events b WHERE b.user_id = e.user_id AND b.product_id = e.product_id AND b.occurred_at <= :'split');
CREATE TEMPORARY TABLE shown AS
SELECT 'rp3beta' AS model, u.user_id, r.rank::bigint, r.product_id
FROM (SELECT DISTINCT user_id FROM answer) a JOIN shop.users u USING (user_id), shopsmart_recommend(u.external_id, 10, as_of => :'split') r
WHERE r.strategy = 'personalized'
UNION ALL
SELECT l.model, a.user_id, row_number() OVER (PARTITION BY l.model, a.user_id ORDER BY l.rank), l.product_id
FROM (SELECT DISTINCT user_id FROM answer) a,
     (SELECT CASE time_window WHEN 'all' THEN 'popularity' ELSE 'trending' END AS model, product_id, rank
      FROM shopsmart.trending_scores WHERE category_id IS NULL AND time_window IN ('all', '7d')) l
WHERE NOT EXISTS (SELECT FROM seen s WHERE s.user_id = a.user_id AND s.product_id = l.product_id);

CREATE TEMPORARY VIEW hit AS
SELECT s.model, s.user_id, s.rank, row_number() OVER (PARTITION BY s.model, s.user_id ORDER BY s.rank) AS hits
FROM shown s JOIN answer USING (user_id, product_id);
CREATE TEMPORARY VIEW by_user AS
SELECT m.model, k, a.user_id, a.answers,
       count(h.rank)::float8 / a.answers AS recall, count(h.rank)::float8 / k AS "precision", (count(h.rank) > 0)::integer::float8 AS hit_rate,
       coalesce(sum(ln(2) / ln(1 + h.rank)), 0) / (SELECT sum(ln(2) / ln(1 + r)) FROM generate_series(1, least(k, a.answers)) AS r) AS ndcg,
       coalesce(1.0 / min(h.rank), 0)::float8 AS mrr, coalesce(sum(h.hits::float8 / h.rank), 0) / least(k, a.answers) AS map
FROM (SELECT DISTINCT model FROM run) m CROSS JOIN unnest('{1,3,10}'::integer[]) AS k
CROSS JOIN (SELECT user_id, count(*) AS answers FROM answer GROUP BY 1) a
LEFT JOIN hit h ON h.model = m.model AND h.user_id = a.user_id AND h.rank <= k
GROUP BY 1, 2, 3, 4;
CREATE TEMPORARY TABLE expected AS
SELECT model, k, count(*) AS users, avg(recall) AS recall, avg("precision") AS "precision", avg(hit_rate) AS hit_rate, avg(ndcg) AS ndcg, avg(mrr) AS mrr, avg(map) AS map
FROM by_user GROUP BY 1, 2;

SELECT cmp_ok((SELECT count(DISTINCT user_id) FROM answer), '>=', 15::bigint, 'there are users to judge');
SELECT is((SELECT count(*) FROM expected WHERE hit_rate > 0 AND hit_rate < 1), 9::bigint, 'some lists hit, some do not');
SELECT is_empty($$SELECT e.model, e.k, e.users, r.users, e.recall, r.recall, e."precision", r."precision", e.hit_rate, r.hit_rate, e.ndcg, r.ndcg, e.mrr, r.mrr, e.map, r.map
                  FROM expected e JOIN run r USING (model, k)
                  WHERE e.users <> r.users OR greatest(abs(e.recall - r.recall), abs(e."precision" - r."precision"), abs(e.hit_rate - r.hit_rate), abs(e.ndcg - r.ndcg), abs(e.mrr - r.mrr), abs(e.map - r.map)) > 1e-12$$,
                'recall, precision, hit rate, ndcg, mrr, map: those of the lists that the extension shows at the split');
SELECT is_empty($$SELECT r.model, r.k FROM run r WHERE abs(r.coverage - (SELECT count(DISTINCT s.product_id) FROM shown s WHERE s.model = r.model AND s.rank <= r.k)::float8 / (SELECT count(*) FROM shop.products)) > 1e-12$$, 'coverage');
CREATE TEMPORARY TABLE past AS SELECT product_id, count(*)::float8 AS events, sum(count(*)) OVER () AS all_events FROM shop.events WHERE occurred_at <= :'split' GROUP BY 1;
SELECT is_empty($$SELECT r.model, r.k FROM run r WHERE abs(r.novelty - (SELECT avg(ln(all_events / events) / ln(2)) FROM shown s JOIN past USING (product_id) WHERE s.model = r.model AND s.rank <= r.k)) > 1e-9$$, 'novelty');
SELECT is_empty($$SELECT r.model, r.k FROM run r WHERE abs(r.popularity_bias - (SELECT avg(events) FROM shown s JOIN past USING (product_id) WHERE s.model = r.model AND s.rank <= r.k)
                                                                             / (SELECT avg(coalesce(events, 0)) FROM answer LEFT JOIN past USING (product_id))) > 1e-9$$, 'popularity bias');
SELECT is_empty($$SELECT model, k FROM run WHERE NOT (recall BETWEEN recall_low AND recall_high AND ndcg BETWEEN ndcg_low AND ndcg_high AND hit_rate_low <= hit_rate_high AND recall_low < recall_high)$$, 'means lie in their intervals');
SELECT is_empty($$SELECT m.model, m.segment, m.k FROM shopsmart.evaluation_metrics m JOIN shopsmart.evaluation_metrics first USING (segment, k)
                  WHERE first.model = 'rp3beta' AND m.model <> 'rp3beta'
                    AND (abs(m.ndcg_gain - (m.ndcg - first.ndcg)) <= 1e-12 AND m.ndcg_gain BETWEEN m.ndcg_gain_low AND m.ndcg_gain_high) IS NOT TRUE$$,
                'a gain is the difference to the first model, within its interval, in every segment');
SELECT cmp_ok((SELECT count(*) FROM run WHERE ndcg_gain_low < ndcg_gain_high AND ndcg_gain <> 0), '>=', 3::bigint, '... and some models differ');
SELECT is_empty($$SELECT FROM shopsmart.evaluation_metrics WHERE model = 'rp3beta' AND num_nonnulls(ndcg_gain, ndcg_gain_low, ndcg_gain_high) > 0$$, 'the first model has none');
SELECT is((SELECT sum(users) FROM shopsmart.evaluation_metrics WHERE segment LIKE 'history%' AND model = 'rp3beta' AND k = 3), (SELECT max(users)::numeric FROM run), 'each user is in one segment by history');
SELECT set_eq($$SELECT m.segment, m.users FROM shopsmart.evaluation_metrics m WHERE m.segment LIKE 'history%' AND model = 'rp3beta' AND k = 3$$,
              $$SELECT CASE WHEN n = 0 THEN 'history_0' WHEN n = 1 THEN 'history_1' WHEN n <= 5 THEN 'history_2_5' WHEN n <= 20 THEN 'history_6_20' ELSE 'history_21_more' END, count(*)
                FROM (SELECT a.user_id, coalesce((SELECT sum(s.events) FROM seen s WHERE s.user_id = a.user_id), 0) AS n FROM (SELECT DISTINCT user_id FROM answer) a) AS l GROUP BY 1$$, '... the right one');

SET LOCAL shopsmart.rebuild_threads = 7;
SELECT shopsmart_evaluate(split_at => :'split', as_of => :'now', lookback => '2160 hours', k => '{1,3,10}') \g /dev/null
CREATE TEMPORARY TABLE shuffled AS SELECT * FROM shop.events ORDER BY md5(event_id::text);
DELETE FROM shop.events;
INSERT INTO shop.events SELECT * FROM shuffled;
SELECT shopsmart_evaluate(split_at => :'split', as_of => :'now', lookback => '2160 hours', k => '{1,3,10}') \g /dev/null
SELECT is((SELECT count(DISTINCT md5(figures)) FROM (SELECT run_id, string_agg((to_jsonb(m) - 'run_id')::text, '' ORDER BY model, segment, k) AS figures FROM shopsmart.evaluation_metrics m GROUP BY 1) AS f),
          1::bigint, 'seven threads, events in another order: the same bits');

-- leave_last_out in SQL: who is judged, and by which product.
CREATE TEMPORARY TABLE last_event AS
SELECT DISTINCT ON (user_id) user_id, product_id, occurred_at, event_id, session_id FROM shop.events JOIN shop.event_types USING (event_type)
WHERE occurred_at <= :'now' AND weight > 0 ORDER BY user_id, occurred_at DESC, event_id DESC;
SELECT is((SELECT min(users) FROM shopsmart_evaluate('{popularity}', 'leave_last_out', as_of => :'now', include_seen => true)),
          (SELECT count(*) FROM last_event), 'leave_last_out: every user with an event');
SELECT is((SELECT min(users) FROM shopsmart_evaluate('{popularity}', 'leave_last_session_out', as_of => :'now', answers => '{purchase}', include_seen => true)),
          (SELECT count(DISTINCT user_id) FROM shop.events WHERE event_type = 'purchase' AND occurred_at <= :'now'), 'leave_last_session_out: every user with a purchase');

SELECT * FROM finish();
ROLLBACK;
