-- Histories that go on over several pages of the index, with dead and unseen rows between, are those of SQL
-- (see fixture/example_shop.sql).
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set example_shop :test_folder '/sql/fixture/example_shop.sql'
\i :example_shop
SET client_min_messages = warning;
SELECT pairs_kept > 0 AS has_neighbors FROM shopsmart_rebuild_similarity(as_of => '2026-06-30 12:00Z');
SELECT shopsmart_add_partitions('2026-02-01', '2026-07-01') > 0 AS partitioned;
-- In no order, so that pages are split. Three users who stand side by side in the index; the one between has by far the most.
INSERT INTO shop.users (external_id) VALUES ('before'), ('many'), ('behind');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT u.user_id, 1 + n % 8, (ARRAY['view', 'add_to_cart', 'purchase'])[1 + n % 3], timestamptz '2026-01-15 12:00Z' + n / 2 * interval '83 minutes'
FROM generate_series(1, 6000) AS n, shop.users u
WHERE u.external_id = 'many' OR (u.external_id IN ('before', 'behind') AND n % 200 = 0)
ORDER BY md5(n::text);
ANALYZE shop.events;

-- Each event of the history that speaks for one of the products, newest first, at times of events.
CREATE FUNCTION histories() RETURNS TABLE (as_of timestamptz, user_id text, product_id int, events text) LANGUAGE sql
BEGIN ATOMIC
    SELECT t, u, p, (SELECT string_agg(e::text, ' ') FROM shopsmart_explain(u, p, t) e)
    FROM generate_series(timestamptz '2026-01-15 12:00Z', '2026-07-10', interval '83 minutes' * 127) AS t, unnest('{before,many,behind}'::text[]) AS u, generate_series(1, 3) AS p;
END;
SET shopsmart.history_half_life = 0; -- histories that go on
CREATE PROCEDURE compare(history_events text, OUT histories bigint, OUT longest int, OUT differences bigint) LANGUAGE plpgsql AS $$
BEGIN
    PERFORM set_config('shopsmart.history_events', history_events, true);
    DROP TABLE IF EXISTS directly, by_sql;
    SET LOCAL shopsmart.direct_reads = on;
    CREATE TEMPORARY TABLE directly AS SELECT * FROM histories();
    SET LOCAL shopsmart.direct_reads = off;
    CREATE TEMPORARY TABLE by_sql AS SELECT * FROM histories();
    SELECT count(h.events), max(regexp_count(h.events, '\(')) INTO histories, longest FROM directly h;
    differences := (SELECT count(*) FROM directly d JOIN by_sql s USING (as_of, user_id, product_id) WHERE d.events IS DISTINCT FROM s.events);
END
$$;
CALL compare('1000', NULL, NULL, NULL);
CALL compare('50', NULL, NULL, NULL);
-- On pages that VACUUM has seen, the table is left alone.
VACUUM shop.events;
CALL compare('1000', NULL, NULL, NULL);
-- What the own transaction did, and undid.
BEGIN;
DELETE FROM shop.events WHERE event_id % 3 = 0;
UPDATE shop.events SET event_type = 'view', occurred_at = occurred_at + interval '1 minute' WHERE event_id % 5 = 0;
CALL compare('1000', NULL, NULL, NULL);
ROLLBACK;
CALL compare('1000', NULL, NULL, NULL);
-- Dead rows; a look through the index notes there that they are dead.
DELETE FROM shop.events WHERE event_id % 3 = 0;
SET enable_seqscan = off;
SET enable_bitmapscan = off;
SELECT count(*) > 0 AS found FROM shop.events WHERE user_id = (SELECT user_id FROM shop.users WHERE external_id = 'many');
CALL compare('1000', NULL, NULL, NULL);
-- Pages that VACUUM has emptied.
DELETE FROM shop.events WHERE occurred_at BETWEEN '2026-03-03' AND '2026-05-20' AND user_id <> 1;
VACUUM shop.events;
CALL compare('1000', NULL, NULL, NULL);
-- An index without included columns: entries of rows that were updated are put together into one.
BEGIN;
DROP INDEX shop.events_user_history;
UPDATE shop.events SET session_id = repeat('s', 200);
CREATE INDEX ON shop.events (user_id, occurred_at DESC, event_id DESC, product_id, event_type);
CALL compare('1000', NULL, NULL, NULL);
ROLLBACK;
-- A type that nobody knows.
BEGIN;
ALTER TABLE shop.events ALTER event_type DROP NOT NULL;
UPDATE shop.events SET event_type = NULL WHERE event_id % 7 = 0;
CALL compare('1000', NULL, NULL, NULL);
SELECT count(*) FROM shopsmart_recommend('many', again => '{purchase}', as_of => '2026-07-01');
UPDATE shop.events SET event_type = NULL;
SELECT count(*) FROM shopsmart_recommend('many', again => '{purchase}', as_of => '2026-07-01');
ROLLBACK;
DROP PROCEDURE compare;
DROP FUNCTION histories;
