-- shopsmart_schedule_with_pg_cron has no argument to go wrong with; without the right to call it nobody gets anywhere.
\ir ../fixture/start.psql
SELECT plan(2);

CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null
SELECT throws_ok('SELECT shopsmart_schedule_with_pg_cron()', '55000', 'extension pg_cron is not in this database', 'a database without pg_cron');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT throws_ok('SELECT shopsmart_schedule_with_pg_cron()', '42501', NULL, 'an admin may not decide who runs what');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
