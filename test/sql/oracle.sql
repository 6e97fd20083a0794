-- The extension against the oracle (test/oracle) on random shops. Differences are printed: there are none.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set ECHO none
\set models :test_folder '/oracle/models.sql'
\set answers :test_folder '/oracle/answers.sql'
\set random_shop :test_folder '/oracle/random_shop.sql'
\set compare :test_folder '/oracle/compare.sql'
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('by definition', 'cosine', true);
\i :models
\i :answers
\i :random_shop
\i :compare
\set ECHO all
\set now '2026-06-30 12:00Z'

-- Everything that can be asked of one shop, with the settings in force.
CREATE FUNCTION differences(as_of timestamptz, tolerance double precision DEFAULT 0) RETURNS TABLE (asked text, arguments text, difference text) LANGUAGE plpgsql AS $$
BEGIN
    RETURN QUERY SELECT 'item_similarity', ''::text, d::text FROM oracle.compare_similarity(tolerance) d;
    RETURN QUERY SELECT 'basket_affinity', '', d::text FROM oracle.compare_baskets(tolerance) d;
    RETURN QUERY SELECT 'trending_scores', '', d::text FROM oracle.compare_trending() d;
    RETURN QUERY SELECT 'recommend', u || ' ' || k, d::text
        FROM generate_series(1, 52) AS u, (VALUES (1), (7), (100)) AS ks(k), oracle.compare_recommend('user ' || u, k, as_of => differences.as_of) d;
    RETURN QUERY SELECT 'recommend with everything', u::text, d::text
        FROM generate_series(1, 52) AS u,
             oracle.compare_recommend('user ' || u, 12, nullif(u % 9, 0),
                 (ARRAY['{"in_stock": true}', '{"brand": ["Acme", "Zen"]}', '{"price": {"gte": 20, "lt": 80}, "rating": {"gt": 1}}', '{"attributes": {"color": "red"}}', '{"category": [2, 5]}', NULL])[1 + u % 6]::jsonb,
                 ARRAY[u, u + 1, u % 5], differences.as_of - make_interval(days => u % 4), u % 3 = 0) d;
    RETURN QUERY SELECT 'similar', p::text, d::text
        FROM generate_series(1, 41) AS p, (VALUES (NULL::jsonb), ('{"in_stock": false}')) AS filters(filter), oracle.compare_similar(p, 30, filter) d;
    RETURN QUERY SELECT 'bought_together', p || ' ' || q, d::text
        FROM generate_series(1, 41) AS p, generate_series(1, 41, 7) AS q, oracle.compare_bought_together(ARRAY[p, q, 41], 20, CASE WHEN p % 4 = 0 THEN '{"rating": {"lte": 4}}'::jsonb END) d;
    RETURN QUERY SELECT 'trending', c || ' ' || w, d::text
        FROM generate_series(0, 8) AS c, (VALUES ('24h'), ('7d'), ('30d'), (NULL)) AS windows(w), oracle.compare_top_trending(15, nullif(c, 0), w) d;
    RETURN QUERY SELECT 'explain', u || ' ' || p, d::text
        FROM generate_series(1, 52, 3) AS u, generate_series(1, 41, 2) AS p, oracle.compare_explain('user ' || u, p, differences.as_of) d;
END
$$;
-- How much there was to compare, so that an empty comparison is noticed.
CREATE FUNCTION compared() RETURNS TABLE (pairs boolean, baskets boolean, trending boolean, strategies text) LANGUAGE sql
BEGIN ATOMIC
    SELECT (SELECT count(*) > 100 FROM oracle.similarity_model), (SELECT count(*) > 10 FROM oracle.basket_model), (SELECT count(*) > 100 FROM oracle.trending_model),
           (SELECT string_agg(DISTINCT r.strategy, ' ' ORDER BY r.strategy) FROM generate_series(1, 52) AS u, shopsmart_recommend('user ' || u, 100, as_of => '2026-06-30 12:00Z') r);
END;

CALL oracle.random_shop(0.11, 50, 40, 600, :'now');
CALL oracle.rebuild('2160 hours', :'now');
CALL oracle.refresh(:'now');
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') IS NOT NULL AS rebuilt, shopsmart_refresh_trending(:'now') IS NOT NULL AS refreshed;
SELECT * FROM compared();
SELECT * FROM differences(:'now');
SET shopsmart.direct_reads = off;
SELECT * FROM differences(:'now');
RESET shopsmart.direct_reads;

-- Another shop, with fewer neighbors, a short history and a long warm-up.
SET shopsmart.kept_neighbors = 7;
SET shopsmart.scored_neighbors = 4;
SET shopsmart.min_co_count = 1;
SET shopsmart.history_events = 9;
SET shopsmart.personalized_from = 3;
SET shopsmart.personalized_first_from = 8;
SET shopsmart.trending_window = '30d';
SET shopsmart.basket_span = '2h';
SET shopsmart.half_life_24h = '1h';
SET shopsmart.half_life_7d = '10d';
SET shopsmart.half_life_30d = '36h';
CALL oracle.random_shop(0.22, 50, 40, 600, :'now');
CALL oracle.rebuild('1000 hours', :'now');
CALL oracle.refresh(:'now');
SELECT shopsmart_rebuild_similarity('1000 hours', :'now') IS NOT NULL AS rebuilt, shopsmart_refresh_trending(:'now') IS NOT NULL AS refreshed;
SELECT * FROM compared();
SELECT * FROM differences(:'now');
RESET ALL;

-- A sparse shop, spread over monthly partitions, with several threads in little memory.
CALL oracle.random_shop(0.33, 50, 40, 120, :'now');
SELECT shopsmart_add_partitions('2026-03-01', '2026-07-01');
SET shopsmart.rebuild_threads = 3;
SET shopsmart.rebuild_memory = '1MB';
SET shopsmart.min_co_count = 1;
CALL oracle.rebuild('2160 hours', :'now');
CALL oracle.refresh(:'now');
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') IS NOT NULL AS rebuilt, shopsmart_refresh_trending(:'now') IS NOT NULL AS refreshed;
SELECT * FROM differences(:'now');
RESET ALL;

-- Weights that are no whole numbers, and that float8 cannot hold exactly.
CALL oracle.random_shop(0.4, 50, 40, 600, :'now');
UPDATE shop.event_types SET weight = CASE event_type WHEN 'view' THEN 0.1 WHEN 'gift' THEN 1 / 3.0 WHEN 'purchase' THEN 1e5 ELSE weight END;
CALL oracle.rebuild('2160 hours', :'now');
CALL oracle.refresh(:'now');
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') IS NOT NULL AS rebuilt, shopsmart_refresh_trending(:'now') IS NOT NULL AS refreshed;
SELECT * FROM differences(:'now', 1e-12);

-- Five more shops, models rebuilt once each; only what differs is shown.
CREATE PROCEDURE try(seed double precision, as_of timestamptz) LANGUAGE plpgsql AS $$
DECLARE
    d record;
BEGIN
    CALL oracle.random_shop(seed, 50, 40, 600, as_of);
    CALL oracle.rebuild('2160 hours', as_of);
    CALL oracle.refresh(as_of);
    PERFORM shopsmart_rebuild_similarity('2160 hours', as_of), shopsmart_refresh_trending(as_of);
    FOR d IN SELECT * FROM differences(as_of) LOOP
        RAISE NOTICE 'seed %: %', seed, d;
    END LOOP;
END
$$;
CALL try(0.44, :'now');
CALL try(0.55, :'now');
CALL try(0.66, :'now');
CALL try(0.77, :'now');
CALL try(0.88, :'now');
DROP PROCEDURE try;
DROP FUNCTION differences, compared;
SET client_min_messages = warning;
DROP SCHEMA oracle CASCADE;
