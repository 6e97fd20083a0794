-- The split next_in_session of shopsmart_evaluate: its sessions, cases and figures are those of SQL on the same events.
\ir ../fixture/random_shop.psql
SELECT plan(14);
\set split '2026-06-10 12:00Z'

-- Events closer together: sessions of several events, several at the same time, and some half an hour apart.
UPDATE shop.events SET occurred_at = date_bin('1 day', occurred_at, '2026-01-01 00:00Z') + date_part('minute', occurred_at) * interval '1 minute';

-- Sessions by the definition; the history of a case is what its session held before.
CREATE TEMPORARY TABLE event AS
SELECT e.user_id, e.session_id, e.event_id, e.product_id, e.occurred_at, t.weight,
       count(*) FILTER (WHERE e.starts) OVER (PARTITION BY e.user_id, e.session_id ORDER BY e.occurred_at, e.event_id) AS session
FROM (SELECT *, (occurred_at - lag(occurred_at) OVER (PARTITION BY user_id, session_id ORDER BY occurred_at, event_id) <= '30 minutes') IS NOT TRUE AS starts
      FROM shop.events WHERE occurred_at <= :'now') e JOIN shop.event_types t USING (event_type);
CREATE TEMPORARY VIEW later_session AS
SELECT user_id, session_id, session FROM event GROUP BY 1, 2, 3 HAVING min(occurred_at) > :'split';
CREATE TEMPORARY TABLE judged AS
SELECT e.event_id, e.product_id AS answer, h.products AS history, h.events
FROM later_session s JOIN event e ON (s.user_id, s.session) = (e.user_id, e.session) AND s.session_id IS NOT DISTINCT FROM e.session_id
CROSS JOIN LATERAL (SELECT array_agg(b.product_id) AS products, count(*) AS events FROM event b
                    WHERE (b.user_id, b.session) = (e.user_id, e.session) AND b.session_id IS NOT DISTINCT FROM e.session_id
                      AND (b.occurred_at, b.event_id) < (e.occurred_at, e.event_id)) h
WHERE e.weight > 0 AND h.events > 0;
SELECT shopsmart_rebuild_similarity('2160 hours', :'split'), shopsmart_refresh_trending(:'split') \g /dev/null
CREATE TEMPORARY TABLE list AS
SELECT CASE time_window WHEN 'all' THEN 'popularity' ELSE 'trending' END AS model, product_id, rank
FROM shopsmart.trending_scores WHERE category_id IS NULL AND time_window IN ('all', '7d');
CREATE TEMPORARY VIEW answer_rank AS
SELECT l.model, j.event_id, j.events, seen.may, l.rank - CASE WHEN seen.may THEN 0 ELSE (SELECT count(*) FROM list above WHERE above.model = l.model AND above.rank < l.rank AND above.product_id = ANY (j.history)) END AS rank
FROM judged j JOIN list l ON l.product_id = j.answer CROSS JOIN (VALUES (true), (false)) AS seen(may)
WHERE seen.may OR j.answer <> ALL (j.history);

CREATE TEMPORARY TABLE run AS
SELECT true AS may, r.* FROM shopsmart_evaluate('{popularity,trending}', 'next_in_session', '{1,3,10}', :'split', :'now', include_seen => true) r
UNION ALL
SELECT false, r.* FROM shopsmart_evaluate('{popularity,trending}', 'next_in_session', '{1,3,10}', :'split', :'now') r;
SELECT cmp_ok((SELECT count(*) FROM judged), '>', 50::bigint, 'there are cases to judge');
SELECT is((SELECT array_agg(DISTINCT users) FROM run WHERE may), (SELECT ARRAY[count(*)] FROM judged), 'every event behind another one of its session is a case');
SELECT is((SELECT array_agg(DISTINCT users) FROM run WHERE NOT may), (SELECT ARRAY[count(*)] FROM judged WHERE answer <> ALL (history)), '... unless its product was seen and seen ones are left out');
SELECT is_empty($$SELECT r.may, r.model, r.k, r.hit_rate, e.hit_rate, r.mrr, e.mrr, r.ndcg, e.ndcg
                  FROM run r, LATERAL (SELECT count(*)::float8 / r.users AS hit_rate, coalesce(sum(1.0 / a.rank), 0)::float8 / r.users AS mrr,
                                              coalesce(sum(ln(2) / ln(1 + a.rank)), 0)::float8 / r.users AS ndcg
                                       FROM answer_rank a WHERE a.model = r.model AND a.may = r.may AND a.rank <= r.k) e
                  WHERE greatest(abs(r.hit_rate - e.hit_rate), abs(r.mrr - e.mrr), abs(r.ndcg - e.ndcg), abs(r.recall - e.hit_rate), abs(r.map - e.mrr)) > 1e-12$$, 'figures of each case');
SELECT is((SELECT count(*) FROM run WHERE hit_rate > 0 AND hit_rate < 1), 12::bigint, 'some lists hit, some do not');
SELECT set_eq($$SELECT segment, users FROM shopsmart.evaluation_metrics WHERE segment LIKE 'history%' AND model = 'trending' AND k = 3 AND run_id = (SELECT min(run_id) FROM run)$$,
              $$SELECT CASE WHEN events = 1 THEN 'history_1' WHEN events <= 5 THEN 'history_2_5' ELSE 'history_6_20' END, count(*) FROM judged GROUP BY 1$$, 'segments by the length of the history');
SELECT is((SELECT ARRAY[split, split_at::text] FROM shopsmart.evaluation_runs ORDER BY run_id LIMIT 1), ARRAY['next_in_session', (:'split'::timestamptz)::text], 'the run is in the books');
SELECT cmp_ok((SELECT min(users) FROM shopsmart_evaluate('{popularity}', 'next_in_session', split_at => :'split', as_of => :'now', include_seen => true, max_users => 3)),
              '<', 25::bigint, 'max_users is a number of sessions');
SELECT isnt_empty($$SELECT FROM shopsmart_evaluate('{cosine,tf_idf,bm25,rp3beta,llr,session_knn}', 'next_in_session', split_at => '2026-06-10 12:00Z', as_of => '2026-06-30 12:00Z') WHERE hit_rate > 0$$, 'neighbors take the session for the history');

CREATE TEMPORARY TABLE sessions_run AS SELECT * FROM shopsmart_evaluate('{session_knn}', 'next_in_session', split_at => :'split', as_of => :'now', include_seen => true);
SET LOCAL shopsmart.rebuild_threads = 7;
CREATE TEMPORARY TABLE shuffled AS SELECT * FROM shop.events ORDER BY md5(event_id::text);
DELETE FROM shop.events;
INSERT INTO shop.events SELECT * FROM shuffled;
SELECT set_eq($$SELECT (to_jsonb(r) - 'run_id')::text FROM shopsmart_evaluate('{session_knn}', 'next_in_session', split_at => '2026-06-10 12:00Z', as_of => '2026-06-30 12:00Z', include_seen => true) r$$,
              $$SELECT (to_jsonb(r) - 'run_id')::text FROM sessions_run r$$, 'seven threads, events in another order: the same bits');

-- By hand: five products, the popular ones 1 (three times), 2 (twice), 3; one session of 3, 1, 1, 4.
--     history 3: answer 1, list 1 2     history 3 1: answer 1, seen     history 3 1 1: answer 4, list 2
DELETE FROM shop.events;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT 1, p, 'view', timestamptz '2026-06-01 12:00Z' + make_interval(days => o::integer) FROM unnest('{1,1,1,2,2,3}'::integer[]) WITH ORDINALITY AS l(p, o);
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT 2, p, 'view', timestamptz '2026-06-20 12:00Z' + make_interval(mins => 30 * o::integer) FROM unnest('{3,1,1,4}'::integer[]) WITH ORDINALITY AS l(p, o);
SELECT results_eq($$SELECT k, users, hit_rate, mrr, ndcg, coverage FROM shopsmart_evaluate('{popularity}', 'next_in_session', '{1,2}', '2026-06-10 12:00Z', '2026-06-30 12:00Z')$$,
                  $$SELECT k, 2::bigint, 0.5::float8, 0.5::float8, 0.5::float8, 2.0::float8 / (SELECT count(*) FROM shop.products) FROM (VALUES (1), (2)) AS l(k)$$, 'by hand');
SELECT results_eq($$SELECT k, users, hit_rate, mrr, ndcg FROM shopsmart_evaluate('{popularity}', 'next_in_session', '{1,2}', '2026-06-10 12:00Z', '2026-06-30 12:00Z', include_seen => true)$$,
                  $$SELECT k, 3::bigint, 2.0::float8 / 3, 2.0::float8 / 3, 2.0::float8 / 3 FROM (VALUES (1), (2)) AS l(k)$$, '... and what was seen may come back');
SELECT is_empty($$SELECT FROM shopsmart_evaluate('{popularity}', 'next_in_session', '{1,2}', '2026-06-20 12:30Z', '2026-06-30 12:00Z')$$, 'a session that began at the split, or before it, is not judged');

-- A visit of 3, 5, 1 before the split: whoever looks at 3 is shown 5, then 1.
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT 3, p, 'view', timestamptz '2026-06-09 12:00Z' + make_interval(mins => o::integer) FROM unnest('{3,5,1}'::integer[]) WITH ORDINALITY AS l(p, o);
SELECT results_eq($$SELECT k, users, hit_rate, mrr FROM shopsmart_evaluate('{session_knn}', 'next_in_session', '{1,2}', '2026-06-10 12:00Z', '2026-06-30 12:00Z')$$,
                  $$VALUES (1, 2::bigint, 0::float8, 0::float8), (2, 2, 0.5, 0.25)$$, 'the sessions of the past speak');

SELECT * FROM finish();
ROLLBACK;
