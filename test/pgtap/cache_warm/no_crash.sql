-- Every argument that shopsmart_cache_warm may get; preloaded or not.
\ir ../fixture/random_shop.psql
SELECT plan(8);

CREATE ROLE regress_shopsmart_write;
CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_write', 'write'), shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null
-- What a call that is right gives: users, or 55000 where there is no shared memory.
CREATE FUNCTION pg_temp.is_answered(call text) RETURNS text LANGUAGE plpgsql AS $$
BEGIN
    RETURN CASE WHEN (SELECT size > 0 FROM shopsmart_cache_stats()) THEN lives_ok(call, call) ELSE throws_ok(call, '55000', 'there is no shared cache', call) END;
END
$$;
SELECT throws_ok('SELECT shopsmart_cache_warm(NULL)', '22004', 'users must not be null', 'NULL');
SELECT throws_ok(format('SELECT shopsmart_cache_warm(%s)', n), '22023', 'users must be between 1 and 1000000', n::text)
FROM unnest(ARRAY[0, -1, 1000001]) AS n;
SELECT pg_temp.is_answered('SELECT shopsmart_cache_warm(1)');
SELECT pg_temp.is_answered('SELECT shopsmart_cache_warm(1000000)');
SET LOCAL ROLE regress_shopsmart_admin;
SELECT pg_temp.is_answered('SELECT shopsmart_cache_warm()');
SET LOCAL ROLE regress_shopsmart_write;
SELECT throws_ok('SELECT shopsmart_cache_warm()', '42501', NULL, 'others may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
