-- Edges of shopsmart_schedule_with_pg_cron. What pg_cron does with its entries is tested with the real one, in test/tap/014_pg_cron.pl;
-- it has to be preloaded, so that here a schema of the same shape stands for it.
\ir ../fixture/start.psql
SELECT plan(2);

CREATE SCHEMA cron;
SELECT throws_ok('SELECT shopsmart_schedule_with_pg_cron()', '55000', NULL, 'a schema called cron is not pg_cron');
DELETE FROM shopsmart.shop;
SELECT throws_ok('SELECT shopsmart_schedule_with_pg_cron()', '55000', NULL, 'no shop, no pg_cron');

SELECT * FROM finish();
ROLLBACK;
