-- shopsmart_cache_stats has no argument to go wrong with: it answers superusers and administrators, and refuses the others.
\ir ../fixture/random_shop.psql
SELECT plan(4);

CREATE ROLE regress_shopsmart_none;
CREATE ROLE regress_shopsmart_some;
SELECT shopsmart_grant('regress_shopsmart_some', 'admin') \g /dev/null
SELECT lives_ok('SELECT * FROM shopsmart_cache_stats()', 'a superuser may call it');
SELECT lives_ok('SELECT (shopsmart_cache_stats()), c FROM generate_series(1, 3), shopsmart_cache_stats() AS c', 'wherever a function may stand');
SET LOCAL ROLE regress_shopsmart_some;
SELECT lives_ok('SELECT * FROM shopsmart_cache_stats()', 'administrators may');
SET LOCAL ROLE regress_shopsmart_none;
SELECT throws_ok('SELECT * FROM shopsmart_cache_stats()', '42501', NULL, 'others may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
