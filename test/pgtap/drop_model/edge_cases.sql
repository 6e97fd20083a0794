-- Edges of shopsmart_drop_model: what is not there, and what recommendations rest on.
\ir ../fixture/random_shop.psql
SELECT plan(10);

SELECT throws_ok($$SELECT shopsmart_drop_model('no such model')$$, '42704', 'model "no such model" does not exist', 'unknown model');
SELECT throws_ok($$SELECT shopsmart_drop_model('popularity')$$, '42704', NULL, 'a floor');
SELECT lives_ok($$SELECT shopsmart_drop_model(NULL)$$, 'NULL drops nothing');
SELECT throws_ok($$SELECT shopsmart_drop_model((SELECT model FROM shopsmart.generations WHERE kind = 'similarity'))$$, '55006', NULL, 'what recommendations rest on');
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('next', 'bm25', true);
SELECT throws_ok($$SELECT shopsmart_drop_model('next')$$, '55006', 'recommendations rest on model "next"', 'what they will rest on');
SELECT shopsmart_train('llr') \g /dev/null
SELECT lives_ok($$SELECT shopsmart_drop_model('llr')$$, 'a built-in model that was trained');
SELECT is_empty($$SELECT FROM shopsmart.neighbors n WHERE NOT EXISTS (SELECT FROM shopsmart.generations g WHERE g.generation = n.generation)$$, '... with all that it has');
SELECT throws_ok($$SELECT shopsmart_drop_model('llr')$$, '42704', NULL, 'twice');
INSERT INTO shopsmart.models (name, kind) VALUES ('idea', 'bm25');
SELECT lives_ok($$SELECT shopsmart_drop_model('idea')$$, 'one that was never trained');
SELECT is_empty($$SELECT FROM shopsmart.models WHERE name = 'idea'$$, '... is gone');

SELECT * FROM finish();
ROLLBACK;
