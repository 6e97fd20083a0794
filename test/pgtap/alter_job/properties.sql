-- What holds for shopsmart_alter_job: what is NULL stays, keys are merged, defaults are kept in code.
\ir ../fixture/start.psql
SELECT plan(9);

CREATE TEMPORARY TABLE before AS TABLE shopsmart.jobs;
SELECT is_empty('TABLE shopsmart.job_settings', 'a fresh shop overrides nothing');
SELECT shopsmart_alter_job('similarity', enabled => false) \g /dev/null
SELECT results_eq($$SELECT schedule, enabled, config FROM shopsmart.job_settings WHERE job = 'similarity'$$, $$VALUES (NULL::interval, false, NULL::jsonb)$$, 'only what was altered is kept');
SELECT shopsmart_alter_job('similarity', schedule => '12 hours', config => '{"min_change": 0.2}') \g /dev/null
SELECT results_eq($$SELECT schedule, enabled, max_runtime, config FROM shopsmart.jobs WHERE job = 'similarity'$$,
                  $$VALUES (interval '12 hours', false, interval '6 hours', '{"min_change": 0.2, "at_latest": "7 days"}'::jsonb)$$, 'the rest stays as it was');
SELECT is((SELECT next_start FROM shopsmart.job_stats WHERE job = 'similarity'), NULL, 'a job that is off does not start');
SELECT shopsmart_alter_job('similarity', enabled => true, config => '{"at_latest": "2 days"}') \g /dev/null
SELECT results_eq($$SELECT enabled, config FROM shopsmart.jobs WHERE job = 'similarity'$$, $$VALUES (true, '{"min_change": 0.2, "at_latest": "2 days"}'::jsonb)$$, 'keys are merged');
SELECT shopsmart_alter_job('similarity', config => '{"min_change": null, "at_latest": null}') \g /dev/null
SELECT results_eq($$SELECT config FROM shopsmart.jobs WHERE job = 'similarity'$$, $$SELECT config FROM before WHERE job = 'similarity'$$, 'null brings the default back');
SELECT set_eq($$SELECT * FROM shopsmart.jobs WHERE job <> 'similarity'$$, $$SELECT * FROM before WHERE job <> 'similarity'$$, 'the other jobs are as they were');
DELETE FROM shopsmart.job_settings WHERE job = 'similarity';
SELECT set_eq('TABLE shopsmart.jobs', 'TABLE before', 'without its row a job has its defaults');
SELECT results_eq($$SELECT job, enabled FROM shopsmart.jobs$$, $$VALUES ('history', true), ('partitions', true), ('retention', false), ('search', true), ('search_log', true), ('similarity', true), ('trending', true)$$, 'retention is off unless wanted');

SELECT * FROM finish();
ROLLBACK;
