-- What holds for every answer of shopsmart_next: what shopsmart_evaluate judges is what it shows.
\ir ../fixture/random_shop.psql
SELECT plan(8);
\set split '2026-06-10 12:00Z'

-- Visits of several events, one at a time, no two events of a user at the same moment.
UPDATE shop.products SET is_active = true;
UPDATE shop.events SET session_id = NULL, occurred_at = date_bin('1 day', occurred_at, '2026-01-01 00:00Z') + date_part('minute', occurred_at) * interval '1 minute' + event_id * interval '1 microsecond';
SELECT shopsmart_rebuild_sessions('2160 hours', :'split') \g /dev/null
CREATE TEMPORARY TABLE asked AS
SELECT u.external_id, e.product_id AS answer, e.asked_at
FROM (SELECT *, lag(occurred_at) OVER (PARTITION BY user_id ORDER BY occurred_at) AS asked_at,
             min(occurred_at) OVER (PARTITION BY user_id, session) AS session_start
      FROM (SELECT *, count(*) FILTER (WHERE starts) OVER (PARTITION BY user_id ORDER BY occurred_at) AS session
            FROM (SELECT *, (occurred_at - lag(occurred_at) OVER (PARTITION BY user_id ORDER BY occurred_at) <= '30 minutes') IS NOT TRUE AS starts
                  FROM shop.events WHERE occurred_at <= :'now') s) n) e
JOIN shop.users u USING (user_id) JOIN shop.event_types t USING (event_type)
WHERE e.session_start > :'split' AND e.occurred_at > e.session_start AND t.weight > 0;
CREATE TEMPORARY TABLE shown AS
SELECT a.*, n.* FROM asked a, shopsmart_next(a.external_id, 20, as_of => a.asked_at, include_seen => true) n;
SELECT cmp_ok((SELECT count(*) FROM asked), '>', 50::bigint, 'there are moments to ask at');
SELECT results_eq($$SELECT count(*), sum((SELECT 1.0 / s.rank FROM shown s WHERE (s.external_id, s.asked_at) = (a.external_id, a.asked_at) AND s.strategy = 'session' AND s.product_id = a.answer))::float8 / count(*) FROM asked a$$,
                  $$SELECT users, mrr FROM shopsmart_evaluate('{session_knn}', 'next_in_session', '{20}', '2026-06-10 12:00Z', '2026-06-30 12:00Z', '2160 hours', include_seen => true)$$, 'the lists are those that an evaluation judges');
SELECT is_empty($$SELECT FROM shown GROUP BY external_id, asked_at HAVING count(*) <> 20 OR count(DISTINCT product_id) <> 20$$, 'twenty products, each once');
SELECT is_empty($$SELECT FROM shown WHERE (strategy = 'session') <> (cardinality(because) BETWEEN 1 AND 3)$$, 'sessions have reasons');
SELECT is_empty($$SELECT FROM shown s, unnest(s.because) AS b WHERE NOT EXISTS (SELECT FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = s.external_id AND e.product_id = b AND e.occurred_at <= s.asked_at)$$, '... which are products of the history');
SELECT is_empty($$SELECT FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM shown WHERE strategy = 'session' WINDOW w AS (PARTITION BY external_id, asked_at ORDER BY rank)) o
                  WHERE score > before OR score = before AND product_id < product_before$$, 'best first');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT a.*, n.* FROM asked a, shopsmart_next(a.external_id, 20, as_of => a.asked_at, include_seen => true) n$$, 'TABLE shown', 'the same by SQL');

SELECT set_eq($$SELECT a.*, n.* FROM asked a, shopsmart_recommend(a.external_id, 20, as_of => a.asked_at, include_seen => true, model => 'session_knn') n$$, 'TABLE shown', 'the same by the name of the model');

SELECT * FROM finish();
ROLLBACK;
