-- shopsmart_progress has no argument to go wrong with: it answers superusers and readers, and refuses the others.
\ir ../fixture/random_shop.psql
SELECT plan(4);

CREATE ROLE regress_shopsmart_none;
CREATE ROLE regress_shopsmart_read;
SELECT shopsmart_grant('regress_shopsmart_read', 'read') \g /dev/null
SELECT lives_ok('SELECT * FROM shopsmart_progress()', 'a superuser may ask');
SET LOCAL ROLE regress_shopsmart_read;
SELECT lives_ok('SELECT * FROM shopsmart_progress()', 'a reader may ask');
SELECT lives_ok('SELECT * FROM shopsmart.progress', 'a reader may read the view');
SET LOCAL ROLE regress_shopsmart_none;
SELECT throws_ok('SELECT * FROM shopsmart_progress()', '42501', NULL, 'others may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
