-- shopsmart_ping_redis has no argument to go wrong with: without a Redis it tells superusers and admins so, and refuses the
-- others.
\ir ../fixture/start.psql
SELECT plan(5);

CREATE ROLE regress_shopsmart_admin;
CREATE ROLE regress_shopsmart_write;
SELECT shopsmart_grant('regress_shopsmart_admin', 'admin'), shopsmart_grant('regress_shopsmart_write', 'write') \g /dev/null
-- 0A000 where shopsmart was built without hiredis.
SELECT throws_matching('SELECT shopsmart_ping_redis()', 'no Redis is configured|built without Redis', 'a superuser is told what is missing');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT throws_matching('SELECT shopsmart_ping_redis()', 'no Redis is configured|built without Redis', 'and so is an admin');
SELECT lives_ok('TABLE shopsmart.redis_status', 'an admin may look at the status');
SET LOCAL ROLE regress_shopsmart_write;
SELECT throws_ok('SELECT shopsmart_ping_redis()', '42501', NULL, 'others may not ping');
SELECT throws_ok('TABLE shopsmart.redis_status', '42501', NULL, 'nor look');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
