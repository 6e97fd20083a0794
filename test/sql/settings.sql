-- Settings: defaults, units and bounds.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

-- Where the library is not preloaded, a reload may change what otherwise takes a restart: it has no effect.
SELECT name, setting, unit, vartype, replace(context, 'postmaster', 'sighup') AS context, min_val, max_val, enumvals
FROM pg_settings WHERE name LIKE 'shopsmart.%' ORDER BY name COLLATE "C";
SELECT bool_and(short_desc <> '' AND extra_desc <> '' AND setting = boot_val) AS described_and_default FROM pg_settings WHERE name LIKE 'shopsmart.%';
-- Units are understood and shown.
SET shopsmart.lookback = '36h';
SHOW shopsmart.lookback;
SET shopsmart.rebuild_memory = '2GB';
SHOW shopsmart.rebuild_memory;
SET shopsmart.trending_window = '30d';
SHOW shopsmart.trending_window;
SET shopsmart.direct_reads = off;
SHOW shopsmart.direct_reads;
-- Below and above the bounds, of the wrong kind, unknown.
\set VERBOSITY terse
DO $$
DECLARE
    s record;
    value text;
BEGIN
    FOR s IN SELECT * FROM pg_settings WHERE name LIKE 'shopsmart.%' AND vartype = 'integer' AND context = 'user' ORDER BY name LOOP
        PERFORM set_config(s.name, s.min_val, true), set_config(s.name, s.max_val, true);
        FOREACH value IN ARRAY ARRAY[(s.min_val::bigint - 1)::text, (s.max_val::bigint + 1)::text, 'NaN', '', 'much'] LOOP
            BEGIN
                PERFORM set_config(s.name, value, true);
                RAISE NOTICE '% accepts "%"', s.name, value;
            EXCEPTION WHEN invalid_parameter_value THEN
                NULL;
            END;
        END LOOP;
    END LOOP;
END
$$;
SET shopsmart.history_events = 0;
SET shopsmart.kept_neighbors = 1001;
SET shopsmart.trending_window = '1h';
SET shopsmart.direct_reads = 'perhaps';
SET shopsmart.no_such_setting = 1;
-- At the bounds everything still answers.
INSERT INTO shop.products (product_id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three');
INSERT INTO shop.users (user_id, external_id) VALUES (1, 'ana'), (2, 'ben');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) SELECT u, p, 'purchase', '2026-06-30 11:00Z' FROM generate_series(1, 2) AS u, generate_series(1, 2) AS p;
SELECT set_config(name, min_val, false) IS NOT NULL AS set FROM pg_settings WHERE name LIKE 'shopsmart.%' AND vartype = 'integer' AND context = 'user' GROUP BY 1;
SELECT pairs_kept, basket_pairs_kept FROM shopsmart_rebuild_similarity('1 day', '2026-06-30 12:00Z');
SELECT scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT rank, product_id, strategy FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z', include_seen => true);
SELECT set_config(name, max_val, false) IS NOT NULL AS set FROM pg_settings
WHERE name LIKE 'shopsmart.%' AND vartype = 'integer' AND context = 'user' AND name NOT IN ('shopsmart.min_co_count', 'shopsmart.rebuild_threads') GROUP BY 1;
RESET shopsmart.min_co_count;
RESET shopsmart.rebuild_threads;
SELECT pairs_kept, basket_pairs_kept FROM shopsmart_rebuild_similarity(NULL, '2026-06-30 12:00Z');
SELECT scores_kept FROM shopsmart_refresh_trending('2026-06-30 12:00Z');
SELECT rank, product_id, strategy FROM shopsmart_recommend('ana', as_of => '2026-06-30 12:00Z', include_seen => true);
