-- shopsmart_cache_reset has no argument to go wrong with: it answers superusers and administrators, and refuses the others.
\ir ../fixture/random_shop.psql
SELECT plan(4);

CREATE ROLE regress_shopsmart_none;
CREATE ROLE regress_shopsmart_some;
SELECT shopsmart_grant('regress_shopsmart_some', 'admin') \g /dev/null
SELECT lives_ok('SELECT * FROM shopsmart_cache_reset()', 'a superuser may call it');
SELECT lives_ok('SELECT (shopsmart_cache_reset()), c FROM generate_series(1, 3), shopsmart_cache_reset() AS c', 'wherever a function may stand');
SET LOCAL ROLE regress_shopsmart_some;
SELECT lives_ok('SELECT * FROM shopsmart_cache_reset()', 'administrators may');
SET LOCAL ROLE regress_shopsmart_none;
SELECT throws_ok('SELECT * FROM shopsmart_cache_reset()', '42501', NULL, 'others may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
