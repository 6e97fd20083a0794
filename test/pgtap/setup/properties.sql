-- What shopsmart_setup leaves: the same end state however often it is called, owned by its caller, no members.
\ir ../fixture/start.psql
SELECT plan(13);

CREATE TEMPORARY TABLE before AS
SELECT c.oid, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace;
SELECT lives_ok('SELECT shopsmart_setup()', 'a second call');
SELECT set_eq($$SELECT c.oid, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace$$, 'TABLE before', '... changes nothing');
SELECT is_empty($$SELECT c.relname FROM pg_class c JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e' WHERE c.relnamespace = 'shop'::regnamespace$$, 'no member of the extension');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relowner <> current_user::regrole$$, 'owned by the caller');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'p')
                  AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)$$, 'every table has a primary key');
SELECT is_empty($$SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'p') AND c.relpersistence <> 'p'$$, 'every table is logged');
-- A foreign key without an index makes each deletion a scan.
SELECT is_empty($$SELECT con.conrelid::regclass, con.conname FROM pg_constraint con
                  WHERE con.contype = 'f' AND con.connamespace = 'shop'::regnamespace AND con.conparentid = 0 AND con.confrelid <> 'shop.event_types'::regclass
                    AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = con.conrelid AND i.indkey[0] = con.conkey[1])$$, 'every foreign key has an index, except those to the few event types');
SELECT is_empty($$SELECT a.grantee FROM pg_class c, aclexplode(c.relacl) a WHERE c.relnamespace = 'shop'::regnamespace AND a.grantee <> c.relowner$$, 'nobody else has a right');
DROP EXTENSION shopsmart;
-- The index of orders alone cannot live without it.
DELETE FROM before WHERE relname = 'products_order';
SELECT set_eq($$SELECT c.oid, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace$$, 'TABLE before', 'DROP EXTENSION leaves the shop alone');
CREATE EXTENSION shopsmart;
SELECT lives_ok('SELECT shopsmart_setup(order_index => false)', 'a new extension adopts the shop');
SELECT set_eq($$SELECT c.oid, c.relname, c.relkind FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace$$, 'TABLE before', '... as it is');
SELECT lives_ok('SELECT shopsmart_setup()', 'and makes the index of orders when it may');
SELECT is((SELECT array_agg(c.relname) FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.oid NOT IN (SELECT b.oid FROM before b)), '{products_order}', '... and nothing else');

SELECT * FROM finish();
ROLLBACK;
