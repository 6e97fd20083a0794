-- shopsmart_unschedule_from_pg_cron has no argument to go wrong with; without the right to call it nobody gets anywhere.
\ir ../fixture/start.psql
SELECT plan(2);

CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null
SELECT is(shopsmart_unschedule_from_pg_cron(), 0, 'a database without pg_cron');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT throws_ok('SELECT shopsmart_unschedule_from_pg_cron()', '42501', NULL, 'an admin may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
