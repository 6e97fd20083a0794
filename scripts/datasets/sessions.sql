-- RetailRocket: the clicks of anonymous sessions. Each session is a user of its own.
CREATE TEMP TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, session_id text, position int, item_id bigint);
\copy raw (session_id, position, item_id) FROM PROGRAM 'zcat "$DATA_FOLDER/$DATA_FILE.csv.gz"' WITH (FORMAT csv, HEADER)

INSERT INTO staged_products (product_id, name) SELECT DISTINCT item_id, 'product ' || item_id FROM raw;

INSERT INTO staged_events (user_key, product_id, event_type, session_id)
SELECT session_id, item_id, 'view', session_id FROM raw ORDER BY line;
