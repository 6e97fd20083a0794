-- What CREATE EXTENSION makes, what DROP EXTENSION leaves.
\getenv test_folder PG_ABS_SRCDIR
\set new_shop :test_folder '/sql/fixture/new_shop.sql'
\i :new_shop

-- (The row types of its relations are members from PostgreSQL 17 on.)
SELECT pg_describe_object(classid, objid, 0) COLLATE "C" AS member FROM pg_depend
WHERE refclassid = 'pg_extension'::regclass AND refobjid = (SELECT oid FROM pg_extension WHERE extname = 'shopsmart')
  AND deptype = 'e' AND classid <> 'pg_type'::regclass
ORDER BY 1;

-- The shop's tables are no members: they outlive the extension, and a new one adopts them with their rows.
INSERT INTO shop.products (name) VALUES ('survivor');
SELECT shopsmart_track('ana', product_id) IS NOT NULL AS tracked FROM shop.products;
DROP EXTENSION shopsmart;
SELECT to_regnamespace('shopsmart') IS NULL AS schema_gone,
       (SELECT count(*) FROM pg_proc WHERE proname LIKE 'shopsmart%') AS functions_left;
SELECT name FROM shop.products;
CREATE EXTENSION shopsmart;
SELECT shopsmart_setup();
SELECT p.name, e.event_type FROM shop.events e JOIN shop.products p USING (product_id);

-- The public functions live in the schema of the caller's choice.
DROP EXTENSION shopsmart;
CREATE SCHEMA elsewhere;
CREATE EXTENSION shopsmart SCHEMA elsewhere;
SELECT elsewhere.shopsmart_setup();
SELECT rank, product_id IS NOT NULL AS product, strategy FROM elsewhere.shopsmart_recommend('nobody', as_of => '2000-01-01');
SELECT count(*) FROM shopsmart.item_similarity;
SELECT count(*) FROM shopsmart.progress;
ALTER EXTENSION shopsmart SET SCHEMA public;
DROP EXTENSION shopsmart;
DROP SCHEMA elsewhere;

-- An object that was planted beforehand makes the install fail instead of being adopted.
CREATE SCHEMA shopsmart;
CREATE EXTENSION shopsmart;
DROP SCHEMA shopsmart;
CREATE FUNCTION shopsmart_progress() RETURNS integer LANGUAGE sql RETURN 1;
CREATE EXTENSION shopsmart;
DROP FUNCTION shopsmart_progress();
