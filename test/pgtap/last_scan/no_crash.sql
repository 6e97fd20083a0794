-- shopsmart_last_scan has no argument to go wrong with: it answers superusers and readers, and refuses the others.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(5);

CREATE ROLE regress_shopsmart_none;
CREATE ROLE regress_shopsmart_read;
SELECT shopsmart_grant('regress_shopsmart_read', 'read') \g /dev/null
SELECT lives_ok('SELECT * FROM shopsmart_last_scan()', 'before any scan');
SELECT pg_temp.by_index('trend:*', k => 3) \g /dev/null
SELECT lives_ok('SELECT * FROM shopsmart_last_scan()', 'a superuser may ask');
SELECT lives_ok('SELECT (shopsmart_last_scan()).*, l FROM generate_series(1, 3), shopsmart_last_scan() AS l', 'wherever a function may stand');
SET LOCAL ROLE regress_shopsmart_read;
SELECT lives_ok('SELECT * FROM shopsmart_last_scan()', 'a reader may ask');
SET LOCAL ROLE regress_shopsmart_none;
SELECT throws_ok('SELECT * FROM shopsmart_last_scan()', '42501', NULL, 'others may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
