-- shopsmart_autotune where it is not the kind of model that matters, but how much old events of a history count.
\ir ../fixture/start.psql
SELECT plan(6);

-- Four hundred users visit eight circles of products, one after another, and look at two of the twenty products of each. What comes
-- next is of the circle of the event before; settings let all of the history count alike.
SET shopsmart.history_half_life = 0;
SET shopsmart.history_exponent = 1;
SELECT setseed(0.5) \g /dev/null
INSERT INTO shop.products (product_id, name) SELECT p, 'product ' || p FROM generate_series(1, 400) AS p;
INSERT INTO shop.users (user_id, external_id) SELECT u, 'user ' || u FROM generate_series(1, 400) AS u;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, 1 + 20 * ((u * 7 + visit * (1 + u % 19)) % 20) + floor(20 * random())::integer, 'view', now() - interval '1 hour' * (40 - 5 * visit - look)
FROM generate_series(1, 400) AS u, generate_series(0, 7) AS visit, generate_series(0, 1) AS look;
SELECT shopsmart_rebuild_similarity() \g /dev/null
SELECT is(split_at, NULL, 'judged by the last event of each user') FROM shopsmart.newest_days();

CREATE TEMPORARY TABLE board AS SELECT * FROM shopsmart_autotune('4 seconds');
SELECT is((SELECT count(*) FROM board WHERE note = 'is the default now'), 1::bigint, 'another reading stands out');
SELECT ok(b.ndcg > 1.5 * d.ndcg, '... by far') FROM board b, board d WHERE b.note = 'is the default now' AND d.note = 'the default before';
CREATE TEMPORARY TABLE winner AS SELECT m.* FROM shopsmart.models m WHERE m.is_default;
SELECT ok((parameters ->> 'history_half_life')::integer BETWEEN 1 AND 3, 'old events count little') FROM winner;
SELECT results_eq($$SELECT model, history_half_life FROM shopsmart.generations WHERE kind = 'similarity'$$,
                  $$SELECT name, (parameters ->> 'history_half_life')::integer FROM winner$$, 'so recommendations read histories');
SELECT results_eq($$SELECT weight < 1 FROM shopsmart_explain('user 1', (SELECT product_id FROM shopsmart_recommend('user 1', 1))) ORDER BY occurred_at LIMIT 1$$,
                  $$VALUES (true)$$, '... at once');

SELECT * FROM finish();
ROLLBACK;
