-- shopsmart_status has no argument to go wrong with: it answers superusers and admins, and refuses the others.
\ir ../fixture/random_shop.psql
SELECT plan(3);

CREATE ROLE regress_shopsmart_admin;
CREATE ROLE regress_shopsmart_read;
SELECT shopsmart_grant('regress_shopsmart_admin', 'admin'), shopsmart_grant('regress_shopsmart_read', 'read') \g /dev/null
SELECT lives_ok('SELECT * FROM shopsmart_status()', 'a superuser may ask');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT lives_ok('SELECT * FROM shopsmart_status()', 'an admin may ask');
SET LOCAL ROLE regress_shopsmart_read;
SELECT throws_ok('SELECT * FROM shopsmart_status()', '42501', NULL, 'others may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
