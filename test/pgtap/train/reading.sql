-- Models that say how histories are read for them: they answer like a model that says nothing, asked under these settings.
\ir ../fixture/random_shop.psql
SELECT plan(60);

CREATE FUNCTION pg_temp.lists(model text) RETURNS TABLE (user_id text, rank integer, product_id bigint, score double precision, strategy text, because bigint[]) LANGUAGE sql
    AS $$SELECT u.external_id, r.* FROM shop.users u CROSS JOIN LATERAL shopsmart_recommend(u.external_id, 20, as_of => '2026-06-30 12:00Z', model => lists.model) AS r$$;
CREATE FUNCTION pg_temp.explained(model text) RETURNS TABLE (user_id text, product_id bigint, reason record) LANGUAGE sql
    AS $$SELECT u.external_id, p.product_id, e FROM shop.users u CROSS JOIN shop.products p CROSS JOIN LATERAL shopsmart_explain(u.external_id, p.product_id, '2026-06-30 12:00Z', explained.model) AS e$$;
CREATE FUNCTION pg_temp.ranks() RETURNS TABLE (user_id text, product_id bigint, rank bigint) LANGUAGE sql
    AS $$SELECT u.external_id, p.product_id, p.product_id <~> shopsmart_user(u.external_id, '2026-06-30 12:00Z') FROM shop.users u CROSS JOIN shop.products p$$;
CREATE FUNCTION pg_temp.seen() RETURNS TABLE (user_id text, product_id bigint) LANGUAGE sql
    AS $$SELECT u.external_id, s FROM shop.users u CROSS JOIN LATERAL shopsmart_seen(u.external_id, '2026-06-30 12:00Z') AS s$$;
CREATE FUNCTION pg_temp.judged(model text) RETURNS TABLE (segment text, users bigint, ndcg double precision, coverage double precision) LANGUAGE sql AS $$
    SELECT shopsmart_evaluate(ARRAY[judged.model], k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z');
    SELECT m.segment, m.users, m.ndcg, m.coverage FROM shopsmart.evaluation_metrics m
    WHERE m.run_id = (SELECT max(run_id) FROM shopsmart.evaluation_runs) AND m.model = judged.model AND m.segment = 'all'$$;
CREATE FUNCTION pg_temp.set_reading(events integer, half_life integer, exponent double precision, scored integer) RETURNS void LANGUAGE sql AS $$
    SELECT set_config('shopsmart.history_events', events::text, true), set_config('shopsmart.history_half_life', half_life::text, true),
           set_config('shopsmart.history_exponent', exponent::text, true), set_config('shopsmart.scored_neighbors', scored::text, true)$$;
CREATE FUNCTION pg_temp.make_default(model text) RETURNS void LANGUAGE sql AS $$
    UPDATE shopsmart.models SET is_default = false WHERE is_default;
    UPDATE shopsmart.models SET is_default = true WHERE name = make_default.model;
    SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z')$$;

-- Ways to read, and what the settings would be.
CREATE TEMPORARY TABLE way (name text, parameters jsonb, events integer, half_life integer, exponent double precision, scored integer);
INSERT INTO way VALUES ('all', '{"history_events": 3, "history_half_life": 1, "history_exponent": 0, "scored_neighbors": 2}', 3, 1, 0, 2),
                       ('patient', '{"history_events": 1000, "history_half_life": 0, "history_exponent": 1.0}', 1000, 0, 1, 5),
                       ('near', '{"scored_neighbors": 1.0}', 10, 4, 0.5, 1),
                       ('usual', '{}', 10, 4, 0.5, 5);
SELECT pg_temp.set_reading(10, 4, 0.5, 5) \g /dev/null
INSERT INTO shopsmart.models (name, kind, parameters) SELECT name, 'cosine', parameters FROM way;
SELECT shopsmart_train(name, as_of => '2026-06-30 12:00Z') FROM way \g /dev/null
CREATE TEMPORARY TABLE by_name AS SELECT w.name, l.* FROM way w, pg_temp.lists(w.name) AS l;
CREATE TEMPORARY TABLE explained_by_name AS SELECT w.name, e.user_id, e.product_id, e.reason::text FROM way w, pg_temp.explained(w.name) AS e;
CREATE TEMPORARY TABLE judged_by_name AS SELECT w.name, j.* FROM way w, pg_temp.judged(w.name) AS j;

-- The model that says nothing, under the settings.
CREATE TEMPORARY TABLE under_settings (LIKE by_name);
CREATE TEMPORARY TABLE explained_under_settings (LIKE explained_by_name);
CREATE TEMPORARY TABLE judged_under_settings (LIKE judged_by_name);
CREATE TEMPORARY TABLE ranked_under_settings (name text, user_id text, product_id bigint, rank bigint);
CREATE TEMPORARY TABLE seen_under_settings (name text, user_id text, product_id bigint);
SELECT pg_temp.make_default('usual') \g /dev/null
DO $$
DECLARE
    w way;
BEGIN
    FOR w IN SELECT * FROM way LOOP
        PERFORM pg_temp.set_reading(w.events, w.half_life, w.exponent, w.scored);
        INSERT INTO under_settings SELECT w.name, l.* FROM pg_temp.lists('usual') AS l;
        INSERT INTO explained_under_settings SELECT w.name, e.user_id, e.product_id, e.reason::text FROM pg_temp.explained('usual') AS e;
        INSERT INTO judged_under_settings SELECT w.name, j.* FROM pg_temp.judged('usual') AS j;
        INSERT INTO ranked_under_settings SELECT w.name, r.* FROM pg_temp.ranks() AS r;
        INSERT INTO seen_under_settings SELECT w.name, s.* FROM pg_temp.seen() AS s;
    END LOOP;
END
$$;
SELECT pg_temp.set_reading(10, 4, 0.5, 5) \g /dev/null
SELECT is((SELECT count(DISTINCT lists) FROM (SELECT array_agg(row(user_id, rank, product_id, score) ORDER BY user_id, rank)::text FROM by_name GROUP BY name) AS a (lists)), 4::bigint, 'the ways differ');
SELECT set_eq(format('SELECT * FROM by_name WHERE name = %L', name), format('SELECT * FROM under_settings WHERE name = %L', name), name || ': recommend by name') FROM way ORDER BY 1;
SELECT set_eq(format('SELECT * FROM explained_by_name WHERE name = %L', name), format('SELECT * FROM explained_under_settings WHERE name = %L', name), name || ': explain by name') FROM way ORDER BY 1;
SELECT set_eq(format('SELECT * FROM judged_by_name WHERE name = %L', name), format('SELECT * FROM judged_under_settings WHERE name = %L', name), name || ': evaluate') FROM way ORDER BY 1;

-- As the default.
CREATE FUNCTION pg_temp.same_as_default(model text) RETURNS SETOF text LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_temp.make_default(model);
    RETURN NEXT set_eq('SELECT * FROM pg_temp.lists(NULL)', format('SELECT user_id, rank, product_id, score, strategy, because FROM by_name WHERE name = %L', model), model || ': recommend by default');
    RETURN NEXT set_eq('SELECT user_id, product_id, reason::text FROM pg_temp.explained(NULL)', format('SELECT user_id, product_id, reason FROM explained_by_name WHERE name = %L', model), model || ': explain by default');
    RETURN NEXT set_eq('SELECT * FROM pg_temp.ranks()', format('SELECT user_id, product_id, rank FROM ranked_under_settings WHERE name = %L', model), model || ': the order of rows');
    RETURN NEXT set_eq('SELECT * FROM pg_temp.seen()', format('SELECT user_id, product_id FROM seen_under_settings WHERE name = %L', model), model || ': seen');
END
$$;
SELECT pg_temp.same_as_default(name) FROM way ORDER BY name;

-- Judged beside each other as alone.
SELECT shopsmart_evaluate('{all,popularity,patient,near,usual}', k => '{3}', split_at => '2026-05-01', as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT set_eq($$SELECT model, segment, users, ndcg, coverage FROM shopsmart.evaluation_metrics WHERE run_id = (SELECT max(run_id) FROM shopsmart.evaluation_runs) AND model <> 'popularity' AND segment = 'all'$$,
              'SELECT * FROM judged_by_name', 'models judged in one call do not change each other');

-- A generation keeps what it was trained with.
SELECT pg_temp.make_default('all') \g /dev/null
UPDATE shopsmart.models SET parameters = '{"history_events": 1, "scored_neighbors": 1}' WHERE name = 'all';
SELECT set_eq('SELECT * FROM pg_temp.lists(NULL)', $$SELECT user_id, rank, product_id, score, strategy, because FROM by_name WHERE name = 'all'$$, 'a new definition does not change what was trained');
SELECT results_eq($$SELECT history_events, history_half_life, history_exponent, scored_neighbors FROM shopsmart.generations WHERE kind = 'similarity'$$, $$VALUES (3, 1, 0::double precision, 2)$$, '... as shopsmart.generations says');
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT results_eq($$SELECT history_events, history_half_life, history_exponent, scored_neighbors FROM shopsmart.generations WHERE kind = 'similarity'$$,
                  $$VALUES (1, NULL::integer, NULL::double precision, 1)$$, 'the next training takes it');
SELECT is((SELECT max(count) FROM (SELECT count(DISTINCT s) FROM shop.users u CROSS JOIN LATERAL shopsmart_seen(u.external_id, '2026-06-30 12:00Z') AS s GROUP BY u.user_id) AS seen (count)), 1::bigint, '... for all that reads histories');

-- More neighbors that score than are kept otherwise: the similarity keeps them, baskets do not.
SET shopsmart.kept_neighbors = 3;
UPDATE shopsmart.models SET parameters = '{"scored_neighbors": 8}' WHERE name = 'all';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT is((SELECT max(rank) FROM shopsmart.item_similarity), 8::bigint, 'training keeps as many neighbors as score');
SELECT is((SELECT max(rank) FROM shopsmart.basket_affinity), 3::bigint, '... but no more products of baskets');

-- What cannot be said.
SELECT throws_ok(format('INSERT INTO shopsmart.models (name, kind, parameters) VALUES (''x'', ''bm25'', %L)', parameters), '23514', NULL, parameters)
FROM unnest(ARRAY['{"history_events": 0}', '{"history_events": 1001}', '{"history_events": 2.5}', '{"history_events": "5"}', '{"history_events": [5]}', '{"history_events": null}',
                  '{"history_half_life": -1}', '{"history_half_life": 1001}', '{"history_half_life": 0.5}', '{"history_exponent": 1.01}', '{"history_exponent": -0.1}',
                  '{"history_exponent": {}}', '{"scored_neighbors": 0}', '{"scored_neighbors": 1001}', '{"scored_neighbors": 7.1}']) AS parameters;
SELECT lives_ok($$INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('bounds', 'slim', '{"history_events": 1000, "history_half_life": 1000, "history_exponent": 0, "scored_neighbors": 1000}')$$, 'the largest numbers');
SELECT lives_ok($$INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('blended', 'blend', '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "history_events": 1, "history_half_life": 0, "history_exponent": 1, "scored_neighbors": 1}')$$, 'a blend');
SELECT throws_ok(format('INSERT INTO shopsmart.models (name, kind, parameters) VALUES (''x'', ''blend'', %L)', parameters), '23514', NULL, parameters)
FROM unnest(ARRAY['{"first": {"kind": "cosine", "history_events": 5}, "second": {"kind": "llr"}}', '{"first": {"kind": "cosine"}, "second": {"kind": "llr", "scored_neighbors": 5}}',
                  '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "history_events": 0}', '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "history_exponent": "1"}']) AS parameters;

-- Without its constraints the table is not believed either, nor is that of generations.
UPDATE shopsmart.generations SET scored_neighbors = 1001 WHERE kind = 'similarity';
SELECT throws_ok($$SELECT shopsmart_recommend('user 1')$$, '22023', 'scored_neighbors of a model must be between 1 and 1000', 'a generation with too many neighbors');
ALTER TABLE shopsmart.model_definitions DROP CONSTRAINT models_parameters_0_to_1e6, DROP CONSTRAINT models_reading;
UPDATE shopsmart.models SET parameters = '{"history_half_life": -1}' WHERE name = 'all';
SELECT throws_ok($$SELECT shopsmart_rebuild_similarity()$$, '22023', 'history_half_life of a model must be between 0 and 1000', 'a definition of a negative half-life');
SELECT throws_ok($$SELECT shopsmart_evaluate('{all}')$$, '22023', 'history_half_life of a model must be between 0 and 1000', '... is not judged either');

SELECT * FROM finish();
ROLLBACK;
