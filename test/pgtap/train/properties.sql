-- What holds for models by name: each answers as the default would if it were the default, and none disturbs another.
\ir ../fixture/random_shop.psql
SELECT plan(17);

CREATE TEMPORARY TABLE before AS SELECT * FROM shopsmart.item_similarity;
CREATE FUNCTION pg_temp.lists(model text) RETURNS TABLE (user_id text, rank integer, product_id bigint, score double precision, strategy text, because bigint[]) LANGUAGE sql
    AS $$SELECT u.external_id, r.* FROM shop.users u CROSS JOIN LATERAL shopsmart_recommend(u.external_id, 20, as_of => '2026-06-30 12:00Z', model => lists.model) AS r$$;
CREATE FUNCTION pg_temp.similar_lists(model text) RETURNS TABLE (seed bigint, rank integer, product_id bigint, score double precision, co_count integer, strategy text, because jsonb) LANGUAGE sql
    AS $$SELECT p.product_id, s.* FROM shop.products p CROSS JOIN LATERAL shopsmart_similar(p.product_id, 20, model => similar_lists.model) AS s$$;
CREATE FUNCTION pg_temp.explained(model text) RETURNS TABLE (user_id text, product_id bigint, score double precision) LANGUAGE sql
    AS $$SELECT u.external_id, p.product_id, sum(e.contribution) FROM shop.users u CROSS JOIN shop.products p
         CROSS JOIN LATERAL shopsmart_explain(u.external_id, p.product_id, '2026-06-30 12:00Z', explained.model) AS e GROUP BY 1, 2$$;

INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('shrunk', 'cosine', '{"shrinkage": 3}');
SELECT shopsmart_train(m, as_of => '2026-06-30 12:00Z') FROM unnest('{bm25,shrunk,llr}'::text[]) AS m \g /dev/null
SELECT set_eq('SELECT * FROM shopsmart.item_similarity', 'SELECT * FROM before', 'training beside it leaves the default as it was');
CREATE TEMPORARY TABLE by_name AS SELECT m AS model, l.* FROM unnest('{bm25,shrunk,llr}'::text[]) AS m, pg_temp.lists(m) AS l;
CREATE TEMPORARY TABLE similar_by_name AS SELECT m AS model, s.* FROM unnest('{bm25,shrunk,llr}'::text[]) AS m, pg_temp.similar_lists(m) AS s;
SELECT isnt_empty($$SELECT FROM by_name a JOIN by_name b USING (user_id, rank) WHERE a.model = 'bm25' AND b.model = 'llr' AND a.product_id <> b.product_id$$, 'models differ');
SELECT set_eq($$SELECT model, user_id, count(*) AS rows, count(DISTINCT product_id) AS products FROM by_name GROUP BY 1, 2$$,
              $$SELECT m, user_id, count(*) AS rows, count(*) AS products FROM unnest('{bm25,shrunk,llr}'::text[]) AS m, pg_temp.lists(NULL) GROUP BY 1, 2$$, 'as many products by each model');
SELECT set_eq($$SELECT e.user_id, e.product_id, round(e.score::numeric, 9) FROM pg_temp.explained('bm25') AS e JOIN by_name n USING (user_id, product_id) WHERE n.model = 'bm25' AND n.strategy = 'personalized'$$,
              $$SELECT n.user_id, n.product_id, round(n.score::numeric, 9) FROM by_name n WHERE n.model = 'bm25' AND n.strategy = 'personalized'$$,
              'explain adds up to the scores of the same model');

-- Each as the default.
INSERT INTO shopsmart.models (name, kind) VALUES ('bm25 as default', 'bm25'), ('llr as default', 'llr');
CREATE FUNCTION pg_temp.make_default(model text) RETURNS void LANGUAGE sql AS $$
    UPDATE shopsmart.models SET is_default = false WHERE is_default;
    UPDATE shopsmart.models SET is_default = true WHERE name = make_default.model;
    SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z')$$;
SELECT pg_temp.make_default('shrunk') \g /dev/null
SELECT set_eq($$SELECT * FROM pg_temp.lists(NULL)$$, $$SELECT user_id, rank, product_id, score, strategy, because FROM by_name WHERE model = 'shrunk'$$, 'shrunk: recommend');
SELECT set_eq($$SELECT * FROM pg_temp.similar_lists(NULL)$$, $$SELECT seed, rank, product_id, score, co_count, strategy, because FROM similar_by_name WHERE model = 'shrunk'$$, 'shrunk: similar');
SELECT set_eq($$SELECT * FROM pg_temp.lists('shrunk')$$, $$SELECT * FROM pg_temp.lists(NULL)$$, '... also by its name');
SELECT pg_temp.make_default('bm25 as default') \g /dev/null
SELECT set_eq($$SELECT * FROM pg_temp.lists(NULL)$$, $$SELECT user_id, rank, product_id, score, strategy, because FROM by_name WHERE model = 'bm25'$$, 'bm25: recommend');
SELECT set_eq($$SELECT * FROM pg_temp.similar_lists(NULL)$$, $$SELECT seed, rank, product_id, score, co_count, strategy, because FROM similar_by_name WHERE model = 'bm25'$$, 'bm25: similar');
SELECT set_eq($$SELECT * FROM pg_temp.lists('llr')$$, $$SELECT user_id, rank, product_id, score, strategy, because FROM by_name WHERE model = 'llr'$$, 'rebuilds leave other models as they were');
SELECT throws_ok($$SELECT * FROM pg_temp.lists('shrunk')$$, '55000', NULL, 'what was the default only is gone with the next');
SELECT set_eq($$SELECT DISTINCT n.generation FROM shopsmart.neighbors n WHERE NOT EXISTS (SELECT FROM shopsmart.generations g WHERE g.generation = n.generation)$$,
              $$SELECT t.generation FROM shopsmart.trained_models t WHERE t.name IN ('bm25', 'llr')$$, 'no rows but those of models that can be read');

-- Floors.
SELECT set_eq($$SELECT rank, product_id, score FROM shopsmart_recommend('user 1', 10, include_seen => true, model => 'trending') WHERE strategy = 'global_trending'$$,
              $$SELECT rank, product_id, score FROM shopsmart_trending(10)$$, 'trending is the trending list');
SELECT set_eq($$SELECT product_id, score FROM shopsmart_recommend('user 1', 40, include_seen => true, model => 'popularity') WHERE strategy = 'popular'$$,
              $$SELECT t.product_id, t.score FROM shopsmart.trending_scores t JOIN shop.products p USING (product_id) WHERE t.time_window = 'all' AND t.category_id IS NULL AND p.is_active$$,
              'popularity is the popular list');
SELECT set_eq($$SELECT DISTINCT strategy FROM shopsmart_recommend('user 1', 40, model => 'popularity')$$, ARRAY['popular', 'newest'], 'and what was never sold');

-- The job keeps what was trained as fresh, and forgets what nothing defines.
DELETE FROM shopsmart.models WHERE name = 'llr as default';
SELECT shopsmart_train('shrunk') \g /dev/null
DELETE FROM shopsmart.models WHERE name = 'shrunk';
CREATE TEMPORARY TABLE trained AS SELECT * FROM shopsmart.trained_models;
SELECT shopsmart_run_job('similarity', force => true) \g /dev/null
SELECT results_eq($$SELECT t.name, t.generation > b.generation FROM shopsmart.trained_models t JOIN trained b USING (name) ORDER BY 1$$,
                  $$VALUES ('bm25', true), ('bm25 as default', true), ('llr', true)$$, 'the job trains what was trained');
SELECT results_eq($$SELECT status FROM shopsmart_run_job('similarity')$$, $$VALUES ('skipped')$$, 'and knows when it has');

SELECT * FROM finish();
ROLLBACK;
