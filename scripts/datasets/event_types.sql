-- Logs of user, event and item (Tmall, RetailRocket by type), without times and names.
CREATE TEMP TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, user_id text, event text, item_id bigint);
\copy raw (user_id, event, item_id) FROM PROGRAM 'zcat "$DATA_FOLDER/$DATA_FILE.csv.gz"' WITH (FORMAT csv, HEADER)

INSERT INTO staged_products (product_id, name) SELECT DISTINCT item_id, 'product ' || item_id FROM raw;

INSERT INTO staged_events (user_key, product_id, event_type) SELECT user_id, item_id, event FROM raw ORDER BY line;
