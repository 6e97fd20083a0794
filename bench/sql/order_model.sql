-- What a shop would keep to order products in plain SQL: rank by product, one row each, with the keys for it; see neighbors.sql
-- for the similar products. And columns to filter by: spread evenly, one with and one without an index.
DROP SCHEMA IF EXISTS plain_order CASCADE;
CREATE SCHEMA plain_order;

CREATE TABLE plain_order.trending (category_id bigint, product_id bigint, rank integer NOT NULL, PRIMARY KEY (category_id, product_id));
INSERT INTO plain_order.trending
    SELECT coalesce(category_id, 0), product_id, rank FROM shopsmart.trending_scores WHERE time_window = coalesce(current_setting('shopsmart.trending_window', true), '7d');

CREATE TABLE plain_order.popularity (product_id bigint PRIMARY KEY, rank bigint NOT NULL);
INSERT INTO plain_order.popularity
    SELECT u.product_id, row_number() OVER (ORDER BY l.first_rank, u.place)
    FROM shopsmart.generations g JOIN shopsmart.ranked_lists l USING (generation)
    CROSS JOIN LATERAL unnest(l.product_ids) WITH ORDINALITY AS u(product_id, place)
    WHERE g.kind = 'popularity';

ALTER TABLE shop.products ADD bucket integer, ADD bucket_indexed integer;
UPDATE shop.products SET bucket = abs(hashint8(product_id) % 10000), bucket_indexed = abs(hashint8(product_id) % 10000);
CREATE INDEX products_bucket ON shop.products (bucket_indexed);
-- Room for updates in place, as a table has that is often updated.
ALTER TABLE shop.products SET (fillfactor = 90);
VACUUM FULL shop.products;
VACUUM ANALYZE;
