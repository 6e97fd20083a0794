-- Edges of shopsmart_train, and of asking models by name.
\ir ../fixture/random_shop.psql
SELECT plan(21);

SELECT throws_ok($$SELECT shopsmart_train(NULL)$$, '22004', 'model must not be null', 'no name');
SELECT throws_ok($$SELECT shopsmart_train('')$$, '22023', NULL, 'empty name');
SELECT throws_ok($$SELECT shopsmart_train(repeat('x', 64))$$, '22023', NULL, 'name of 64 characters');
SELECT throws_ok($$SELECT shopsmart_train('popularity')$$, '22023', 'unknown model "popularity"', 'a floor needs no training');
SELECT throws_ok($$SELECT shopsmart_train('bm25', '0')$$, '22023', NULL, 'look-back of nothing');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('user 1', model => 'bm25')$$, '55000', 'model "bm25" is not trained', 'recommend by a model that is not trained');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, model => 'bm25')$$, '55000', 'model "bm25" is not trained', 'similar by it');
SELECT throws_ok($$SELECT * FROM shopsmart_explain('user 1', 1, model => 'bm25')$$, '55000', 'model "bm25" is not trained', 'explain by it');
SELECT throws_ok($$SELECT * FROM shopsmart_recommend('user 1', model => '')$$, '22023', NULL, 'recommend by an empty name');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, model => repeat('x', 64))$$, '22023', NULL, 'similar by a name of 64 characters');
SELECT results_eq($$SELECT rank, product_id, score FROM shopsmart_recommend('user 1', 10, model => NULL)$$,
                  $$SELECT rank, product_id, score FROM shopsmart_recommend('user 1', 10)$$, 'NULL is the default');

-- Trained before any rebuild: the named one answers, the default has none.
DELETE FROM shopsmart.generations WHERE kind = 'similarity';
DELETE FROM shopsmart.trained_models;
SELECT is(t.is_default, false, 'not the default') FROM shopsmart_train('bm25', as_of => '2026-06-30 12:00Z') AS t;
SELECT isnt_empty($$SELECT FROM shopsmart_recommend('user 1', 40, model => 'bm25') WHERE strategy = 'personalized'$$, 'the model answers by name');
SELECT is_empty($$SELECT FROM shopsmart_recommend('user 1', 40) WHERE strategy = 'personalized'$$, '... and only by name');
SELECT is_empty('SELECT * FROM shopsmart.item_similarity', '... also in the view');

-- The default by its name.
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('walks', 'rp3beta', true);
SELECT is(t.is_default, true, 'the default') FROM shopsmart_train('walks', as_of => '2026-06-30 12:00Z') AS t;
SELECT is((SELECT model FROM shopsmart.generations WHERE kind = 'similarity'), 'walks', 'recommendations rest on it at once');
SELECT is((SELECT trained_at IS NOT NULL FROM shopsmart.models WHERE name = 'walks'), true, 'the registry says so');
UPDATE shopsmart.models SET parameters = '{"beta": 0.1}' WHERE name = 'walks';
SELECT is((SELECT trained_at FROM shopsmart.models WHERE name = 'walks'), NULL, '... but not of another definition');
DELETE FROM shop.events;
SELECT is(t.pairs_kept, 0::bigint, 'no events') FROM shopsmart_train('bm25') AS t;
SELECT is_empty($$SELECT FROM shopsmart_similar((SELECT min(product_id) FROM shop.products), 40, model => 'bm25') WHERE strategy = 'similar'$$, '... no neighbors');

SELECT * FROM finish();
ROLLBACK;
