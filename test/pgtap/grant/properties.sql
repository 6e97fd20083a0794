-- What shopsmart_grant gives: write holds what read holds, admin what write holds, twice is fine, and it suffices.
\ir ../fixture/random_shop.psql
SELECT plan(8);

CREATE ROLE regress_shopsmart_read;
CREATE ROLE regress_shopsmart_write;
CREATE ROLE regress_shopsmart_admin;
SELECT shopsmart_grant('regress_shopsmart_read', 'read'), shopsmart_grant('regress_shopsmart_write', 'write'), shopsmart_grant('regress_shopsmart_admin', 'admin') \g /dev/null
CREATE FUNCTION pg_temp.rights(role name) RETURNS TABLE (object text, privilege text) LANGUAGE sql
BEGIN ATOMIC
    SELECT c.oid::regclass::text, a.privilege_type FROM pg_class c, aclexplode(c.relacl) a WHERE a.grantee = role::regrole
    UNION SELECT p.oid::regprocedure::text, a.privilege_type FROM pg_proc p, aclexplode(p.proacl) a WHERE a.grantee = role::regrole
    UNION SELECT n.nspname, a.privilege_type FROM pg_namespace n, aclexplode(n.nspacl) a WHERE a.grantee = role::regrole;
END;
SELECT cmp_ok((SELECT count(*) FROM pg_temp.rights('regress_shopsmart_read')), '>', 15::bigint, 'a reader has rights');
SELECT is_empty($$SELECT * FROM pg_temp.rights('regress_shopsmart_read') WHERE privilege NOT IN ('SELECT', 'EXECUTE', 'USAGE')$$, 'none of them to write');
SELECT is_empty($$SELECT * FROM pg_temp.rights('regress_shopsmart_read') EXCEPT SELECT * FROM pg_temp.rights('regress_shopsmart_write')$$, 'a writer has all of a reader');
SELECT is_empty($$SELECT * FROM pg_temp.rights('regress_shopsmart_write') EXCEPT SELECT * FROM pg_temp.rights('regress_shopsmart_admin')$$, 'an admin has all of a writer');
CREATE TEMPORARY TABLE before AS SELECT * FROM pg_temp.rights('regress_shopsmart_admin');
SELECT lives_ok($$SELECT shopsmart_grant('regress_shopsmart_admin', 'admin')$$, 'twice');
SELECT set_eq($$SELECT * FROM pg_temp.rights('regress_shopsmart_admin')$$, 'TABLE before', '... is once');
SELECT set_eq($$SELECT a.object, a.privilege FROM before a WHERE a.object LIKE 'shop.%' AND a.privilege IN ('UPDATE', 'DELETE', 'TRUNCATE')$$,
              $$VALUES ('shop.users', 'DELETE'), ('shop.events', 'DELETE'), ('shop.event_keys', 'DELETE')$$, 'nobody may change what the shop has; an admin may delete what it has of a person');
CREATE TEMPORARY TABLE answer AS SELECT * FROM shopsmart_recommend('user 1', as_of => :'now');
CREATE TEMPORARY TABLE reader_answer (LIKE answer);
GRANT ALL ON reader_answer TO regress_shopsmart_read;
SET LOCAL ROLE regress_shopsmart_read;
INSERT INTO reader_answer SELECT * FROM shopsmart_recommend('user 1', as_of => :'now');
RESET ROLE;
SELECT set_eq('TABLE reader_answer', 'TABLE answer', 'a reader gets the owner''s recommendations');

SELECT * FROM finish();
ROLLBACK;
