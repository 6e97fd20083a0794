-- shopsmart.models: named similarities, and the default that a rebuild makes (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop

-- Without a default of the shop's own: rp3beta with alpha 0.75, beta 0.6, smoothing 30 and shrinkage 10. Sums of weights: users 2, 3,
-- 4, 10, 8; products 4, 10, 10, 2, 1. 2 to 4: users dan and eve, (3 / 10^0.5)^0.75 * (1 / 10^0.5)^0.75 + (5 / 8^0.5)^0.75 * (1 / 8^0.5)^0.75
-- divided by 10^0.75 and (2 + 30)^0.6, times 2 / (2 + 10). A single common user is enough: 2 to 5 is of eve alone.
DELETE FROM shopsmart.models;
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT kind, model FROM shopsmart.generations ORDER BY kind;
SELECT round(score::numeric, 6) AS score,
       round((2.0 / 12 * (power(3 / sqrt(10.0), 0.75) * power(1 / sqrt(10.0), 0.75) + power(5 / sqrt(8.0), 0.75) * power(1 / sqrt(8.0), 0.75)) / power(10, 0.75) / power(32, 0.6))::numeric, 6) AS by_hand
FROM shopsmart.item_similarity WHERE product_id = 2 AND similar_product_id = 4;

-- Random walks of three steps, and pairs with two common users.
SET shopsmart.min_co_count = 2;
-- 1 to 2: (1/2 + 1/3 + 3/10) / 4; 1 to 3: (1/3 + 3/4 + 5/10) / 4; 2 to 3: (1/3 + 15/10 + 5/8) / 10; 4 to 2: (3/10 + 5/8) / 2.
-- From 2 to 4 it is that divided by 10, not by 2: a pair has two scores.
INSERT INTO shopsmart.models (name, kind, parameters, is_default) VALUES ('walks', 'rp3beta', '{"alpha": 1, "beta": 0, "shrinkage": 0}', true);
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score, co_count, rank FROM shopsmart.item_similarity ORDER BY product_id, rank;
SELECT kind, model FROM shopsmart.generations ORDER BY kind;
-- Everything rests on it: 3 has W(1,3) + W(2,3), 4 has W(2,4).
SET shopsmart.personalized_first_from = 1;
SELECT rank, product_id, round(score::numeric, 6) AS score, because FROM shopsmart_recommend('ana', 2, as_of => '2026-06-30 12:00Z');
SELECT seed_product_id, weight, round(similarity::numeric, 6) AS similarity, round(contribution::numeric, 6) AS contribution
FROM shopsmart_explain('ana', 3, '2026-06-30 12:00Z') ORDER BY 1;
RESET shopsmart.personalized_first_from;
SELECT rank, product_id, round(score::numeric, 6) AS score, strategy FROM shopsmart_similar(4, 3);

-- Popular products toned down: W(1,3) / 4^0.5, W(2,4) / 2^0.5.
UPDATE shopsmart.models SET parameters = '{"alpha": 1, "beta": 0.5, "smoothing": 0, "shrinkage": 0}';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score FROM shopsmart.item_similarity WHERE product_id <= 2 ORDER BY product_id, rank;

-- Cosine, shrunk by 3 / (3 + 2): 5/12 and 3/4 become 1/4 and 9/20.
UPDATE shopsmart.models SET kind = 'cosine', parameters = '{"shrinkage": 2}';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score FROM shopsmart.item_similarity WHERE product_id = 1 ORDER BY rank;

-- EASE with lambda 1. Users: 4, 4, 4, 2 (of 5 only one: left out); in common 1,2: 3; 1,3: 3; 2,3: 3; 1,4: 1; 2,4: 2; 3,4: 2.
-- The inverse of (5 3 3 1, 3 5 3 2, 3 3 5 2, 1 2 2 3) is (32 -14 -14 8, -14 35 -7 -14, -14 -7 35 -14, 8 -14 -14 44) / 84.
-- From 1 to 2: 14/35; 2 to 1: 14/32; 2 to 3: 7/35; 2 to 4: 14/44; 4 to 2: 14/35; the same with 3 for 2.
UPDATE shopsmart.models SET kind = 'ease', parameters = '{"lambda": 1}';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score, co_count FROM shopsmart.item_similarity ORDER BY product_id, rank;

-- SLIM with l1 = l2 = 1; numbers of users as above. W(2,1) = W(3,1) = a: 5a + 3a = 3 - 1. W(2,4) = W(3,4) = a: 5a + 3a = 2 - 1.
-- W(1,2), W(3,2), W(4,2) = a, b, c: 5a + 3b + c = 3 - 1, 3a + 5b + 2c = 3 - 1, a + 2b + 3c = 2 - 1: 9/35, 7/35, 4/35; the same for 3.
UPDATE shopsmart.models SET kind = 'slim', parameters = '{"l1": 1, "l2": 1}';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT product_id, similar_product_id, round(score::numeric, 3) AS score, co_count FROM shopsmart.item_similarity ORDER BY product_id, score DESC, 2;

-- iALS with as many factors as products of two users or more, until nothing moves: the start does not matter any more. NumPy
-- reached the same from another one. Between 1 and 4 it says -0.022, and they have one user in common only.
UPDATE shopsmart.models SET kind = 'ials', parameters = '{"factors": 4, "iterations": 100, "regularization": 0.1, "unobserved_weight": 0.5}';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT product_id, similar_product_id, round(score::numeric, 5) AS score, co_count FROM shopsmart.item_similarity ORDER BY product_id, round(score::numeric, 5) DESC, 2;

-- A blend: scores of both parts, each divided by what a list of the part adds up to on average; share 0.25 counts the second.
UPDATE shopsmart.models SET kind = 'blend', parameters = '{"first": {"kind": "cosine"}, "second": {"kind": "slim", "l1": 1, "l2": 1}, "share": 0.25}';
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('second part', 'slim', '{"l1": 1, "l2": 1}');
SELECT pairs_kept FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT count(shopsmart_train(name, as_of => '2026-06-30 12:00Z')) AS trained FROM (VALUES ('cosine'), ('second part')) AS part (name);
WITH pair AS (
    SELECT t.name, n.product_id, p.neighbor_id, p.score
    FROM shopsmart.trained_models t JOIN shopsmart.neighbors n USING (generation), unnest(n.neighbor_ids, n.scores) AS p (neighbor_id, score)
), mean AS (
    SELECT name, sum(score) / count(DISTINCT product_id) AS mean FROM pair GROUP BY name
), expected AS (
    SELECT product_id, neighbor_id, sum(CASE name WHEN 'cosine' THEN 0.75 ELSE 0.25 END * score / mean) AS score
    FROM pair JOIN mean USING (name) WHERE name IN ('cosine', 'second part') GROUP BY product_id, neighbor_id
)
SELECT i.product_id, i.similar_product_id, round(i.score::numeric, 6) AS score, co_count, rank, abs(i.score - e.score) < 1e-12 AS as_defined
FROM shopsmart.item_similarity i FULL JOIN expected e ON (e.product_id, e.neighbor_id) = (i.product_id, i.similar_product_id)
ORDER BY i.product_id, rank;
-- Named by itself; half and half unless told otherwise.
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('half', 'blend', '{"first": {"kind": "cosine"}, "second": {"kind": "slim", "l1": 1, "l2": 1}}');
INSERT INTO shopsmart.models (name, kind, parameters) SELECT 'also half', kind, parameters || '{"share": 0.5}' FROM shopsmart.models WHERE name = 'half';
SELECT count(shopsmart_train(name, as_of => '2026-06-30 12:00Z')) AS trained FROM (VALUES ('half'), ('also half')) AS model (name);
SELECT a = b AS same FROM (SELECT array_agg(r) FROM shopsmart_similar(2, 10, model => 'half') r) AS a (a), (SELECT array_agg(r) FROM shopsmart_similar(2, 10, model => 'also half') r) AS b (b);
SELECT count(shopsmart_drop_model(name)) AS dropped FROM (VALUES ('half'), ('also half'), ('second part'), ('cosine')) AS model (name);

-- Back to what a shop begins with.
UPDATE shopsmart.models SET is_default = false;
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') \g /dev/null
SELECT product_id, similar_product_id, round(score::numeric, 6) AS score FROM shopsmart.item_similarity WHERE product_id = 1 ORDER BY rank;
SELECT kind, model FROM shopsmart.generations WHERE model IS NOT NULL;

-- What cannot be a model.
\set VERBOSITY terse
INSERT INTO shopsmart.models (name, kind) VALUES ('cosine', 'cosine');
INSERT INTO shopsmart.models (name, kind) VALUES ('', 'cosine');
INSERT INTO shopsmart.models (name, kind) VALUES ('x', 'trending');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '[1]');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"K1": 1}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"k1": "1"}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"k1": [1]}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"k1": null}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"k1": -0.1}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"k1": 1e300}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'bm25', '{"b": 1.01}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'ease', '{"lambda": 0}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'slim', '{"candidates": 0.5}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'ials', '{"factors": 257}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'ials', '{"iterations": 0}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'ials', '{"regularization": 0}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'ials', '{"unobserved_weight": -1}');
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('x', 'bm25', true), ('y', 'llr', true);
DO $$
DECLARE
    parameters jsonb;
    violated text;
BEGIN
    FOREACH parameters IN ARRAY ARRAY['{}', '[]', '{"first": {"kind": "cosine"}}', '{"first": "cosine", "second": "llr"}',
        '{"first": {"kind": "cosine"}, "second": [{"kind": "llr"}]}', '{"first": {"kind": "cosine"}, "second": {}}',
        '{"first": {"kind": "cosine"}, "second": {"kind": "blend"}}', '{"first": {"kind": "cosine"}, "second": {"kind": "trending"}}',
        '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "share": 0}', '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "share": 1}',
        '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "share": "half"}', '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "third": {}}',
        '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}, "shrinkage": 1}', '{"first": {"kind": "cosine", "K1": 1}, "second": {"kind": "llr"}}',
        '{"first": {"kind": "cosine"}, "second": {"kind": "bm25", "k1": "1"}}', '{"first": {"kind": "bm25", "b": 2}, "second": {"kind": "llr"}}',
        '{"first": {"kind": "bm25", "k1": {"b": 1}}, "second": {"kind": "llr"}}']::jsonb[] LOOP
        BEGIN
            INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'blend', parameters);
            RAISE NOTICE '% can be', parameters;
        EXCEPTION WHEN check_violation THEN
            GET STACKED DIAGNOSTICS violated = CONSTRAINT_NAME;
            RAISE NOTICE '% violates %', parameters, violated;
        END;
    END LOOP;
END
$$;
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'cosine', '{"share": 0.5}');
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('x', 'cosine', '{"first": {"kind": "cosine"}, "second": {"kind": "llr"}}');
-- Without its constraints the table is not believed either.
ALTER TABLE shopsmart.model_definitions DROP CONSTRAINT models_parameters_0_to_1e6, DROP CONSTRAINT models_kind;
INSERT INTO shopsmart.models (name, kind, parameters, is_default) VALUES ('x', 'bm25', '{"k1": 1e300}', true);
SELECT shopsmart_rebuild_similarity();
UPDATE shopsmart.models SET parameters = '{"k1": "much"}' WHERE name = 'x';
SELECT shopsmart_rebuild_similarity();
UPDATE shopsmart.models SET parameters = '{"b": 2}' WHERE name = 'x';
SELECT shopsmart_rebuild_similarity();
\set ECHO none
