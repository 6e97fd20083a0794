-- What holds for shopsmart_autotune: a model that is clearly better becomes the default, and nothing else does.
\ir ../fixture/start.psql
SELECT plan(11);

-- Twenty circles of users with twenty products each; everybody also looks at products that hardly anybody else sees. Where a
-- single common user makes a pair, plain cosine takes chance for likeness.
SET shopsmart.min_co_count = 1;
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('plain', 'cosine', true);
SELECT setseed(0.25) \g /dev/null
INSERT INTO shop.products (product_id, name) SELECT p, 'product ' || p FROM generate_series(1, 1600) AS p;
INSERT INTO shop.users (user_id, external_id) SELECT u, 'user ' || u FROM generate_series(1, 400) AS u;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u, CASE WHEN step % 2 = 0 THEN 1 + u % 20 * 20 + floor(20 * random())::integer ELSE 401 + floor(1200 * random())::integer END, 'view',
       now() - interval '1 hour' * (400 - step * 20 - u % 20)
FROM generate_series(1, 400) AS u, generate_series(0, 19) AS step;
SELECT shopsmart_rebuild_similarity() \g /dev/null
SELECT ok(split_at BETWEEN as_of - interval '5 days' AND as_of - interval '1 day', 'judged by the newest days') FROM shopsmart.newest_days();

CREATE TEMPORARY TABLE dry AS SELECT * FROM shopsmart_autotune('2 seconds', dry_run => true);
SELECT is((SELECT count(*) FROM dry WHERE note = 'would be the default'), 1::bigint, 'a dry run says what it would do');
SELECT is((SELECT note FROM dry WHERE model = 'plain'), 'the default before', '... and what it was compared with');
SELECT results_eq('SELECT name, is_default FROM shopsmart.models', $$VALUES ('plain', true)$$, '... and changes nothing');
SELECT is((SELECT model FROM shopsmart.generations WHERE kind = 'similarity'), 'plain', '... at all');
SELECT is_empty('SELECT FROM dry a JOIN dry b ON a.place < b.place AND a.ndcg < b.ndcg OR NOT a.ndcg BETWEEN a.ndcg_low AND a.ndcg_high', 'best first, within intervals');

CREATE TEMPORARY TABLE board AS SELECT * FROM shopsmart_autotune('2 seconds');
SELECT results_eq($$SELECT name, trained_at IS NOT NULL FROM shopsmart.models WHERE is_default$$, $$SELECT model, true FROM board WHERE note = 'is the default now'$$, 'the winner is the default, and trained');
SELECT results_eq($$SELECT model FROM shopsmart.generations WHERE kind = 'similarity'$$, $$SELECT name FROM shopsmart.models WHERE is_default$$, '... so that recommendations rest on it');
SELECT ok(b.ndcg > d.ndcg_high, 'it stood out') FROM board b, board d WHERE b.note = 'is the default now' AND d.note = 'the default before';
SELECT is((SELECT note FROM shopsmart_autotune('1 microsecond') WHERE model = (SELECT name FROM shopsmart.models WHERE is_default)), 'stays the default', 'no better one in the first round: it stays');
SELECT is((SELECT count(*) FROM shopsmart.models), 2::bigint, '... beside what was there before');

SELECT * FROM finish();
ROLLBACK;
