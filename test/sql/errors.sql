-- Every SQLSTATE of docs/internals.md, by every function that can raise it.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
\set VERBOSITY sqlstate

-- k of 1 to 1000: 22023; NULL: 22004
SELECT count(*) FROM shopsmart_recommend('ana', 0);
SELECT count(*) FROM shopsmart_recommend('ana', -1);
SELECT count(*) FROM shopsmart_recommend('ana', 1001);
SELECT count(*) FROM shopsmart_recommend('ana', -2147483648);
SELECT count(*) FROM shopsmart_recommend('ana', 2147483647);
SELECT count(*) FROM shopsmart_recommend('ana', NULL);
SELECT count(*) FROM shopsmart_similar(1, 0);
SELECT count(*) FROM shopsmart_similar(1, 1001);
SELECT count(*) FROM shopsmart_similar(1, NULL);
SELECT count(*) FROM shopsmart_bought_together('{1}', 0);
SELECT count(*) FROM shopsmart_bought_together('{1}', 1001);
SELECT count(*) FROM shopsmart_bought_together('{1}', NULL);
SELECT count(*) FROM shopsmart_trending(0);
SELECT count(*) FROM shopsmart_trending(1001);
SELECT count(*) FROM shopsmart_trending(NULL);

-- 22004: NULL where a value is needed
SELECT count(*) FROM shopsmart_recommend(NULL);
SELECT count(*) FROM shopsmart_similar(NULL);
SELECT count(*) FROM shopsmart_bought_together(NULL);
SELECT count(*) FROM shopsmart_explain(NULL, 1);
SELECT count(*) FROM shopsmart_explain('ana', NULL);
SELECT shopsmart_track(NULL, 1);
SELECT shopsmart_track('ana', NULL);
SELECT shopsmart_track('ana', 1, NULL);

-- arrays: NULL inside 22004, more than one dimension 2202E, more than 1000 elements 22023
SELECT count(*) FROM shopsmart_recommend('ana', exclude => '{1, NULL}');
SELECT count(*) FROM shopsmart_recommend('ana', exclude => '{{1, 2}, {3, 4}}');
SELECT count(*) FROM shopsmart_recommend('ana', exclude => (SELECT array_agg(i) FROM generate_series(1, 1001) AS i));
SELECT count(*) FROM shopsmart_bought_together('{NULL}');
SELECT count(*) FROM shopsmart_bought_together('{{1}}');
SELECT count(*) FROM shopsmart_bought_together((SELECT array_agg(i) FROM generate_series(1, 1001) AS i));

-- 22023: user id of 1 to 255 characters
SELECT count(*) FROM shopsmart_recommend('');
SELECT count(*) FROM shopsmart_recommend(repeat('x', 256));
SELECT count(*) FROM shopsmart_recommend(repeat('ü', 1000000));
SELECT count(*) FROM shopsmart_recommend(repeat('ü', 255), as_of => '2026-06-30 12:00Z');
SELECT count(*) FROM shopsmart_explain('', 1);
SELECT count(*) FROM shopsmart_explain(repeat('x', 256), 1);
SELECT shopsmart_track('', 1);
SELECT shopsmart_track(repeat('x', 256), 1);
SELECT shopsmart_track(repeat('ü', 1000000), 1);

-- 22023: times that are not finite
SELECT count(*) FROM shopsmart_recommend('ana', as_of => 'infinity');
SELECT count(*) FROM shopsmart_recommend('ana', as_of => '-infinity');
SELECT count(*) FROM shopsmart_explain('ana', 1, 'infinity');
SELECT shopsmart_track('ana', 1, occurred_at => 'infinity');
SELECT shopsmart_track('ana', 1, occurred_at => '-infinity');
SELECT shopsmart_rebuild_similarity(as_of => 'infinity') IS NULL;
SELECT shopsmart_rebuild_similarity(as_of => '-infinity') IS NULL;
SELECT shopsmart_refresh_trending('infinity') IS NULL;
SELECT shopsmart_refresh_trending('-infinity') IS NULL;

-- 22023: a look-back that is not positive
SELECT shopsmart_rebuild_similarity('0') IS NULL;
SELECT shopsmart_rebuild_similarity('-1 day') IS NULL;
SELECT shopsmart_rebuild_similarity('1 month -1000 hours', '2026-06-30 12:00Z') IS NULL;
SELECT shopsmart_rebuild_similarity('-178000000 years', '2026-06-30 12:00Z') IS NULL;

-- 22023: dates of partitions, an empty schema
SELECT shopsmart_add_partitions('5874897-12-31');
SELECT shopsmart_add_partitions('2020-01-01', '294276-12-31');
SELECT shopsmart_add_partitions('0044-03-15 BC');
SELECT shopsmart_add_partitions('2020-01-01', '2030-02-01');
SELECT shopsmart_setup('');

-- 22023: unknown window, unknown and ill-typed filter keys
SELECT count(*) FROM shopsmart_trending(10, NULL, '1h');
SELECT count(*) FROM shopsmart_trending(10, NULL, '');
SELECT count(*) FROM shopsmart_trending(10, NULL, 'all');
SELECT count(*) FROM shopsmart_trending(10, NULL, '7D');
SELECT count(*) FROM shopsmart_trending(10, NULL, repeat('7d', 1000000));
SELECT count(*) FROM shopsmart_recommend('ana', filter => '{"nonsense": 1}');
SELECT count(*) FROM shopsmart_similar(1, filter => '{"brand": 1}');
SELECT count(*) FROM shopsmart_bought_together('{1}', filter => '[]');
SELECT count(*) FROM shopsmart_trending(filter => '{"price": 1}');
-- ... also where nothing would come back anyway
SELECT count(*) FROM shopsmart_similar(99, filter => '{"brand": 1}');
SELECT count(*) FROM shopsmart_bought_together('{}', filter => '[]');
SELECT count(*) FROM shopsmart_trending(10, 99, filter => '{"price": 1}');

-- track: session id, key and metadata 22023; unknown product or event type 23503; a key used for something else 23505
SELECT shopsmart_track('ana', 1, session_id => '');
SELECT shopsmart_track('ana', 1, session_id => repeat('x', 256));
SELECT shopsmart_track('ana', 1, idempotency_key => '');
SELECT shopsmart_track('ana', 1, idempotency_key => repeat('x', 256));
SELECT shopsmart_track('ana', 1, metadata => jsonb_build_object('x', repeat('y', 70000)));
SELECT shopsmart_track('ana', 99);
SELECT shopsmart_track('ana', -9223372036854775808);
SELECT shopsmart_track('ana', 1, 'stare');
SELECT shopsmart_track('ana', 1, '');
SELECT shopsmart_track('ana', 1, repeat('x', 1000000));
SELECT shopsmart_track('ana', 1, idempotency_key => 'k') > 0 AS tracked;
SELECT shopsmart_track('ana', 2, idempotency_key => 'k');
SELECT shopsmart_track('ana', 1, 'purchase', idempotency_key => 'k');
SELECT shopsmart_track('ana', 2, idempotency_key => 'k', occurred_at => 'infinity');

-- 25006: no writing in a read-only transaction; reading is fine
BEGIN READ ONLY;
SAVEPOINT s;
SELECT shopsmart_track('ana', 1);
ROLLBACK TO s;
SELECT shopsmart_rebuild_similarity() IS NULL;
ROLLBACK TO s;
SELECT shopsmart_refresh_trending() IS NULL;
ROLLBACK TO s;
SELECT count(*) FROM shopsmart_recommend('ana', 3, as_of => '2026-06-30 13:00Z');
SELECT count(*) FROM shopsmart_similar(1, 3);
SELECT count(*) > 0 AS rows FROM shopsmart_trending();
ROLLBACK;

-- 53200: not even one block fits; the hint names the setting
SET session_replication_role = replica;
INSERT INTO shop.users (user_id, external_id) SELECT u, 'bulk ' || u FROM generate_series(10001, 70000) AS u;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) SELECT u, 1, 'view', '2026-06-30 12:00Z' FROM generate_series(10001, 70000) AS u;
RESET session_replication_role;
SET shopsmart.rebuild_memory = '1MB';
SELECT shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z') IS NULL;
\set VERBOSITY default
DO $$
DECLARE
    hint text;
BEGIN
    PERFORM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
EXCEPTION WHEN out_of_memory THEN
    GET STACKED DIAGNOSTICS hint = PG_EXCEPTION_HINT;
    RAISE NOTICE '%', hint;
END
$$;
SELECT count(*) AS model_as_before FROM shopsmart.item_similarity;
RESET shopsmart.rebuild_memory;
SELECT users, products FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');

-- A failed call leaves a usable session; the texts of some of them.
SELECT count(*) FROM shopsmart_recommend('ana', 0);
SELECT count(*) FROM shopsmart_recommend(NULL);
SELECT count(*) FROM shopsmart_recommend('');
SELECT count(*) FROM shopsmart_recommend('ana', exclude => '{1, NULL}');
SELECT count(*) FROM shopsmart_recommend('ana', exclude => '{{1}}');
SELECT count(*) FROM shopsmart_recommend('ana', as_of => 'infinity');
SELECT count(*) FROM shopsmart_trending(10, NULL, '1h');
SELECT shopsmart_rebuild_similarity('-1 day') IS NULL;
SELECT shopsmart_track('ana', 99);
SELECT shopsmart_track('ana', 1, 'stare');
SELECT shopsmart_track('ana', 2, idempotency_key => 'k');
SELECT shopsmart_grant('nobody such', 'read');
SELECT shopsmart_grant(current_user, 'everything');
