-- Monthly partitions of events, made ahead; the default partition takes what has none.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

-- This month and the three after it.
SELECT count(*) FROM pg_inherits WHERE inhparent = 'shop.events'::regclass;
SELECT to_regclass('shop.events_' || to_char(now() AT TIME ZONE 'UTC' + make_interval(months => m), 'YYYY_MM')) IS NOT NULL AS made
FROM generate_series(0, 3) AS m;
SELECT shopsmart_add_partitions();

INSERT INTO shop.products (product_id, name) VALUES (1, 'one');
INSERT INTO shop.users (user_id, external_id) VALUES (1, 'ana');
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at) VALUES
    (1, 1, 'view', '2019-12-31 23:59:59.999999Z'), (1, 1, 'view', '2020-01-01 00:00Z'),
    (1, 1, 'view', '2020-02-29 12:00Z'), (1, 1, 'view', '2020-02-29 23:59:59.999999Z'), (1, 1, 'view', '2020-03-01 00:00Z');
SELECT tableoid::regclass::text COLLATE "C" AS partition, count(*) FROM shop.events GROUP BY 1 ORDER BY 1;

-- Months are cut in UTC whatever the session's time zone, and rows move out of the default partition.
SET TimeZone = 'Pacific/Auckland';
SELECT shopsmart_add_partitions('2020-01-15', '2020-02-01');
SELECT tableoid::regclass AS partition, occurred_at AT TIME ZONE 'UTC' AS utc FROM shop.events ORDER BY occurred_at;
RESET TimeZone;
SELECT shopsmart_add_partitions('2020-01-15', '2020-02-01');
SELECT shopsmart_add_partitions(first => '2020-01-31', last => '2020-03-01');
SELECT shopsmart_add_partitions('2020-04-30');
SELECT tableoid::regclass::text COLLATE "C" AS partition, count(*) FROM shop.events GROUP BY 1 ORDER BY 1;

-- A new partition has what the parent has, and no check of its own left over. (NOT NULL is a constraint from PostgreSQL 18 on.)
SELECT indexrelid::regclass::text COLLATE "C" AS index FROM pg_index WHERE indrelid = 'shop.events_2020_02'::regclass ORDER BY 1;
SELECT conname, contype FROM pg_constraint WHERE conrelid = 'shop.events_2020_02'::regclass AND contype <> 'n' ORDER BY 1;
DELETE FROM shop.products;
SELECT count(*) FROM shop.events;

SELECT shopsmart_add_partitions('2020-02-01', '2020-01-01');
SELECT shopsmart_add_partitions('infinity');
SELECT shopsmart_add_partitions('2020-01-01', 'infinity');
SELECT shopsmart_add_partitions('-infinity', 'infinity');
SELECT shopsmart_add_partitions('2020-01-01', '2090-01-01');

-- Without a default partition there is nothing to move.
DROP TABLE shop.events_default;
SELECT shopsmart_add_partitions('2020-10-01', '2020-11-01');
-- Events that are one plain table need no partitions.
DROP TABLE shop.events;
CREATE TABLE shop.events (event_id bigint PRIMARY KEY, user_id bigint, product_id bigint, event_type text, occurred_at timestamptz, session_id text, metadata jsonb);
DELETE FROM shopsmart.shop;
SELECT shopsmart_setup();
SELECT shopsmart_add_partitions('2020-10-01', '2020-11-01');
