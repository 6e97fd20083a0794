-- shopsmart_unpublish_user with every kind of text, as who may and who may not.
\ir ../fixture/start.psql
SELECT plan(8);

CREATE ROLE regress_shopsmart_write;
CREATE ROLE regress_shopsmart_read;
SELECT shopsmart_grant('regress_shopsmart_write', 'write'), shopsmart_grant('regress_shopsmart_read', 'read') \g /dev/null
SELECT throws_ok('SELECT shopsmart_unpublish_user(NULL)', '22004', NULL, 'no user');
SELECT throws_ok($$SELECT shopsmart_unpublish_user('')$$, '22023', NULL, 'an empty key');
SELECT throws_ok($$SELECT shopsmart_unpublish_user(repeat('x', 256))$$, '22023', NULL, 'a key that is too long');
SELECT throws_ok($$SELECT shopsmart_unpublish_user(repeat('x', 1000000))$$, '22023', NULL, 'a megabyte');
SELECT lives_ok($$SELECT shopsmart_unpublish_user(repeat('ÿ', 255))$$, 'the longest key');
SELECT lives_ok($$SELECT shopsmart_unpublish_user(E'*?[]\\''"\n')$$, 'any characters');
SET LOCAL ROLE regress_shopsmart_write;
SELECT lives_ok($$SELECT shopsmart_unpublish_user('ana')$$, 'who records events may');
SET LOCAL ROLE regress_shopsmart_read;
SELECT throws_ok($$SELECT shopsmart_unpublish_user('ana')$$, '42501', NULL, 'who only reads may not');
RESET ROLE;

SELECT * FROM finish();
ROLLBACK;
