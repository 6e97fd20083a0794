-- Edges of shopsmart_evaluate.
\ir ../fixture/random_shop.psql
SELECT plan(29);

SELECT throws_ok($$SELECT shopsmart_evaluate('{oracle}')$$, '22023', 'unknown model "oracle"', 'a model that does not exist');
SELECT throws_ok($$SELECT shopsmart_evaluate('{cosine,cosine}')$$, '22023', 'models names "cosine" twice', 'a model twice');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('shrunk', 'cosine', '{"shrinkage": 3}'), ('same', 'cosine', '{}');
SELECT results_eq($$SELECT model, ndcg, coverage FROM shopsmart_evaluate('{same}', k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z')$$,
                  $$SELECT 'same', ndcg, coverage FROM shopsmart_evaluate('{cosine}', k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z')$$, 'a named model without parameters is its kind');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('twice', 'blend', '{"first": {"kind": "cosine"}, "second": {"kind": "cosine"}}');
SELECT results_eq($$SELECT ndcg, coverage FROM shopsmart_evaluate('{twice}', k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z')$$,
                  $$SELECT ndcg, coverage FROM shopsmart_evaluate('{cosine}', k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z')$$, 'a blend of a model with itself is that model');
SELECT throws_ok($$SELECT shopsmart_evaluate((SELECT array_agg(i::text) FROM generate_series(1, 101) AS i))$$, '22023', 'models must have at most 100 elements', 'too many models');
SELECT throws_ok($$SELECT shopsmart_evaluate(NULL)$$, '22004', NULL, 'no models');
SELECT throws_ok($$SELECT shopsmart_evaluate(split => 'random')$$, '22023', 'unknown split "random"', 'a split that does not exist');
SELECT throws_ok($$SELECT shopsmart_evaluate(split => NULL)$$, '22004', NULL, 'no split');
SELECT throws_ok($$SELECT shopsmart_evaluate(k => '{}')$$, '22023', 'k must have 1 to 20 elements', 'no list length');
SELECT throws_ok($$SELECT shopsmart_evaluate(k => '{0}')$$, '22023', 'k must be between 1 and 1000', 'k 0');
SELECT throws_ok($$SELECT shopsmart_evaluate(k => '{1001}')$$, '22023', 'k must be between 1 and 1000', 'k 1001');
SELECT throws_ok($$SELECT shopsmart_evaluate(split_at => 'infinity')$$, '22023', NULL, 'infinite split');
SELECT throws_ok($$SELECT shopsmart_evaluate(split_at => '2026-02-01', as_of => '2026-01-01')$$, '22023', 'split_at must not be later than as_of', 'a split after the end');
SELECT throws_ok($$SELECT shopsmart_evaluate(split => 'leave_last_out', split_at => '2026-02-01')$$, '22023', 'split_at belongs to the splits "time" and "next_in_session"', 'two ways to split');
SELECT throws_ok($$SELECT shopsmart_evaluate(lookback => '-1 day')$$, '22023', 'lookback must be positive', 'negative look-back');
SELECT throws_ok($$SELECT shopsmart_evaluate(answers => '{view,wish}')$$, '22023', 'unknown event type "wish" in answers', 'an event type that does not exist');
SELECT throws_ok($$SELECT shopsmart_evaluate(max_users => 0)$$, '22023', 'max_users must be between 1 and 1000000', 'no users');
SELECT throws_ok($$SELECT shopsmart_evaluate(seed => NULL)$$, '22004', NULL, 'no seed');

SELECT is_empty($$SELECT shopsmart_evaluate(as_of => '4714-11-24 00:00Z BC')$$, 'the first moment there is: nobody to judge');
SELECT is((SELECT users FROM shopsmart.evaluation_runs ORDER BY run_id DESC LIMIT 1), 0::bigint, '... the run is in the books');
SELECT is_empty($$SELECT shopsmart_evaluate(as_of => '294276-12-31 23:59:59.999999Z')$$, 'the last moment there is');
SELECT is_empty($$SELECT shopsmart_evaluate('{}', as_of => '2026-06-30 12:00Z')$$, 'no models: no rows');
SELECT is_empty($$SELECT shopsmart_evaluate(answers => '{}', as_of => '2026-06-30 12:00Z')$$, 'no event is an answer: nobody to judge');
SELECT is((SELECT array_agg(model) FROM shopsmart_evaluate('{llr,trending,bm25,again,cosine,ease,ials,popularity,rp3beta,session_knn,slim,tf_idf}', k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z', include_seen => true) WHERE users > 0 AND coverage > 0),
          '{llr,trending,bm25,again,cosine,ease,ials,popularity,rp3beta,session_knn,slim,tf_idf}', 'all models, in the order asked for');
SELECT is((SELECT array_agg(DISTINCT k ORDER BY k) FROM shopsmart_evaluate(k => '{20,3,20,3}', as_of => '2026-06-30 12:00Z')), '{3,20}'::integer[], 'k in any order, twice');
SELECT is((SELECT min(users) FROM shopsmart_evaluate(max_users => 1, split => 'leave_last_out', include_seen => true, as_of => '2026-06-30 12:00Z')), 1::bigint, 'one user');
SELECT isnt_empty($$SELECT FROM shopsmart_evaluate(answers => '{glance}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z') WHERE users > 0$$, 'an event without weight is an answer when asked for');
UPDATE shop.event_types SET weight = 0;
SELECT is_empty($$SELECT shopsmart_evaluate(as_of => '2026-06-30 12:00Z')$$, 'no weights: nobody to judge');
DELETE FROM shop.products;
SELECT is_empty($$SELECT shopsmart_evaluate()$$, 'an empty shop');

SELECT * FROM finish();
ROLLBACK;
