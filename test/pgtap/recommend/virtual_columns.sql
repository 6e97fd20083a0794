-- Products whose is_active is computed when it is read, which PostgreSQL 18 and later know.
\ir ../fixture/random_shop.psql
SELECT current_setting('server_version_num')::integer < 180000 AS is_older \gset
\if :is_older
SELECT plan(1);
SELECT skip('this server has no virtual columns', 1);
\else
SELECT plan(2);
ALTER TABLE shop.products DROP COLUMN is_active CASCADE;
ALTER TABLE shop.products ADD COLUMN is_active boolean GENERATED ALWAYS AS (product_id <> 7) VIRTUAL;
SELECT is((SELECT count(*) FROM shopsmart_recommend('nobody', 1000)), (SELECT count(*) FROM shop.products) - 1, 'recommend reads them');
SELECT is((SELECT count(*) FROM shopsmart_similar(1, 1000)), (SELECT count(*) FROM shop.products) - 2, 'so does similar');
\endif

SELECT * FROM finish();
ROLLBACK;
