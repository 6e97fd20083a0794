-- Amazon Grocery and Gourmet Food, 5-core: who reviewed a product is taken to have purchased it.
CREATE TEMP TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, user_id text, item_id bigint, ts_s bigint);
CREATE TEMP TABLE raw_items (item_id bigint, category_id int, also_bought text, also_viewed text);
\copy raw (user_id, item_id, ts_s) FROM PROGRAM 'zcat "$DATA_FOLDER/train.csv.gz"' WITH (FORMAT csv, HEADER)
\copy raw_items FROM PROGRAM 'zcat "$DATA_FOLDER/items.csv.gz"' WITH (FORMAT csv, HEADER)

INSERT INTO staged_products (product_id, name, category)
SELECT item_id, concat('product ', item_id, ' of category ' || category_id), 'category ' || category_id FROM raw_items;

INSERT INTO staged_events (user_key, product_id, event_type, occurred_at)
SELECT user_id, item_id, 'purchase', to_timestamp(ts_s) FROM raw ORDER BY ts_s, line;
