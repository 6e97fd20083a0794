-- What holds for shopsmart_autotune: a model that is clearly better becomes the default, and nothing else does.
\ir ../fixture/circles_shop.psql
SELECT plan(11);

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
