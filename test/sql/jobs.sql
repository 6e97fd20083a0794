-- Jobs by hand: what there is, what a run answers, what it leaves, and every error.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop
\set VERBOSITY default

SELECT job, function, owner = current_user AS mine, schedule, enabled, max_runtime, retry_pause, config, is_shipped FROM shopsmart.jobs;
SELECT job, enabled, last_status, failures_in_a_row, next_start <= clock_timestamp() AS due FROM shopsmart.job_stats;

INSERT INTO shop.products (product_id, name) VALUES (1, 'one'), (2, 'two'), (3, 'three');
SELECT count(shopsmart_track('now ' || i % 5, 1 + i % 3)) FROM generate_series(1, 30) AS i;
SELECT job, status, started_by, rows, sqlstate, message FROM shopsmart_run_job('similarity');
SELECT job, status, rows, regexp_replace(message, 'since .*', 'since ...') AS message FROM shopsmart_run_job('similarity');
SELECT job, status, rows > 0 AS some FROM shopsmart_run_job('similarity', force => true);
SELECT job, status, rows > 0 AS some FROM shopsmart_run_job('trending');
SELECT job, status, rows, message FROM shopsmart_run_job('partitions');
SELECT job, status, rows, message FROM shopsmart_run_job('history');
SELECT job, status FROM shopsmart_run_job('history', only_if_due => true);
SELECT job, last_status, failures_in_a_row, runs, next_start - last_start AS period FROM shopsmart.job_stats;

-- Retention drops whole months, once somebody switched it on.
SELECT shopsmart_add_partitions('2001-01-01', '2001-03-31');
SELECT shopsmart_track('old', 1, occurred_at => '2001-02-03 00:00Z', idempotency_key => 'old') IS NOT NULL AS tracked;
UPDATE shop.event_keys SET recorded_at = '2001-02-03 00:00Z' WHERE idempotency_key = 'old';
SELECT shopsmart_alter_job('retention', enabled => true, config => '{"keep": "20 years"}');
SELECT job, status, rows, message FROM shopsmart_run_job('retention', only_if_due => true);
SELECT count(*) AS old_events FROM shop.events WHERE occurred_at < '2002-01-01';
SELECT count(*) AS old_keys FROM shop.event_keys WHERE idempotency_key = 'old';
SELECT shopsmart_alter_job('retention', config => '{"keep": "1 hour"}');
SELECT job, status, rows, sqlstate, message FROM shopsmart_run_job('retention');
SELECT job, failures_in_a_row, last_sqlstate, last_message FROM shopsmart.job_stats WHERE job = 'retention';
SELECT shopsmart_alter_job('retention', config => '{"keep": null}');
SELECT job, status, rows, message FROM shopsmart_run_job('retention');

-- Strays of a month in the default partition get a partition.
SET TimeZone = 'UTC';
SELECT shopsmart_track('stray', 1, occurred_at => date_trunc('month', now()) - interval '5 months') IS NOT NULL AS tracked FROM generate_series(1, 3);
SELECT rows, message FROM shopsmart_run_job('partitions');
SELECT count(*) AS strays FROM shop.events_default;
-- Many of them are not moved: the default partition becomes theirs, and holds all that is older. Strays of other times move.
SELECT shopsmart_track('stray', 1, occurred_at => date_trunc('month', now()) - m * interval '1 month') IS NOT NULL AS tracked FROM unnest(ARRAY[7, 8, 9, -9]) AS m;
SELECT shopsmart_alter_job('partitions', config => '{"max_moved": 2}');
SELECT rows, regexp_replace(message, '_20.._..', '_year_month') AS message FROM shopsmart_run_job('partitions');
SELECT rows, message FROM shopsmart_run_job('partitions');
SELECT count(*) AS strays, min(occurred_at) > now() AS to_come FROM shop.events_default;
SELECT shopsmart_track('stray', 1, occurred_at => '1970-01-01 00:00Z') IS NOT NULL AS tracked;
SELECT count(*) AS events FROM shopsmart.event_ranges() AS r JOIN shop.events e ON e.tableoid = r.partition WHERE r.lower_bound = '-infinity';
SELECT shopsmart_add_partitions('1970-01-01', '1970-02-01');
-- The same between two partitions, for who still lacks them.
SELECT shopsmart_track('stray', 1, occurred_at => date_trunc('month', now()) - interval '2 months') IS NOT NULL AS tracked FROM generate_series(1, 3);
SELECT shopsmart.retire_default_partition(3);
SELECT shopsmart.retire_default_partition(2) = 'events_before_' || to_char(date_trunc('month', now()) AT TIME ZONE 'UTC', 'YYYY_MM') AS made;
SELECT shopsmart.retire_default_partition(2);
SELECT r.lower_bound = date_trunc('month', now()) - interval '4 months' AS from_the_last_one, count(*) AS events
FROM shopsmart.event_ranges() AS r JOIN shop.events e ON e.tableoid = r.partition WHERE r.upper_bound = date_trunc('month', now()) GROUP BY 1;
-- With two such times it is left to the operator.
SELECT shopsmart_track('stray', 1, occurred_at => date_trunc('month', now()) + m * interval '1 month') IS NOT NULL AS tracked FROM unnest(ARRAY[-1, 7, 7, 7, 9]) AS m;
SELECT shopsmart.retire_default_partition(2);
RESET TimeZone;
SELECT shopsmart_alter_job('partitions', config => '{"max_moved": null}');

-- Trending lists that nothing new came to are refreshed again when an event leaves a window.
SELECT status FROM shopsmart_run_job('trending');
SELECT status FROM shopsmart_run_job('trending');
SELECT (state ->> 'changes_at')::timestamptz > now() AS changes_later, (state ->> 'weight')::float8 > 0 AS weighs FROM shopsmart.job_runs WHERE job = 'trending' AND status = 'succeeded' ORDER BY run_id DESC LIMIT 1;
UPDATE shopsmart.job_runs SET state = state || jsonb_build_object('changes_at', now()) WHERE job = 'trending' AND state IS NOT NULL;
SELECT status FROM shopsmart_run_job('trending');

-- A shop without search has nothing to rebuild, one without a search log nothing to delete.
SELECT job, status, message FROM shopsmart_run_job('search');
SELECT job, status, message FROM shopsmart_run_job('search_log');

-- What a worker does: it starts what is due, and looks again when the next one will be.
SELECT job, run_id IS NOT NULL AS started, next_start FROM shopsmart.start_due_run(clock_timestamp() + interval '90 minutes');
SELECT shopsmart.perform_run(job, run_id, false) AS is_news FROM shopsmart.job_runs WHERE status = 'running';
SELECT job, status, started_by FROM shopsmart.job_runs ORDER BY run_id DESC LIMIT 1;
SELECT job, next_start BETWEEN now() + interval '50 minutes' AND now() + interval '70 minutes' AS in_an_hour FROM shopsmart.start_due_run(clock_timestamp());
SELECT pg_advisory_unlock_all();

-- Errors.
SELECT shopsmart_run_job('no such job');
SELECT shopsmart_alter_job('trending', '0');
SELECT shopsmart_drop_job('trending');
SELECT shopsmart_add_job('own', 'pg_catalog.jsonb_pretty', '1 day');
SELECT status, message FROM shopsmart_run_job('own');
SELECT shopsmart_add_job('own', 'pg_catalog.jsonb_pretty', '1 day');
SELECT shopsmart_add_job('another', 'pg_catalog.clock_timestamp', '1 day');
BEGIN READ ONLY;
SELECT shopsmart_run_job('trending');
ROLLBACK;
SELECT shopsmart_drop_job('own');
