-- What shopsmart_add_partitions leaves: no event lost, none in the wrong month, no month twice.
\ir ../fixture/random_shop.psql
SELECT plan(11);

CREATE TEMPORARY TABLE before AS SELECT * FROM shop.events;
SELECT is((SELECT count(*) FROM ONLY shop.events_default), 600::bigint, 'all events wait in the default partition');
SELECT is(shopsmart_add_partitions('2026-03-01', '2026-06-01'), 4, 'four months');
SELECT set_eq('TABLE shop.events', 'TABLE before', 'no event is lost or changed');
SELECT is_empty($$SELECT event_id FROM shop.events WHERE tableoid <> 'shop.events_default'::regclass AND tableoid::regclass::text <> 'shop.events_' || to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY_MM')$$, 'each lies in its month');
SELECT is_empty($$SELECT event_id FROM shop.events_default WHERE occurred_at >= '2026-03-01 00:00Z' AND occurred_at < '2026-07-01 00:00Z'$$, 'none is left behind');
SELECT is(shopsmart_add_partitions('2026-03-01', '2026-06-01'), 0, 'a second call makes nothing');
SELECT is(shopsmart_add_partitions('2026-01-01', '2026-07-01'), 3, 'only what is missing');
SELECT set_eq('TABLE shop.events', 'TABLE before', 'still all events');
SELECT is_empty($$SELECT i.inhrelid::regclass FROM pg_inherits i WHERE i.inhparent = 'shop.events'::regclass
                  AND (SELECT count(*) FROM pg_index x WHERE x.indrelid = i.inhrelid) <> (SELECT count(*) FROM pg_index x WHERE x.indrelid = 'shop.events'::regclass)$$, 'each partition has every index');
SELECT is_empty($$SELECT conrelid::regclass, conname FROM pg_constraint WHERE conname LIKE '%occurred\_at\_check'$$, 'no check of the move is left');
DELETE FROM shop.users;
SELECT is((SELECT count(*) FROM shop.events), 0::bigint, 'deleting users reaches every partition');

SELECT * FROM finish();
ROLLBACK;
