-- RetailRocket: strength = 1 for each view + 3 for each add_to_cart + 5 for each purchase of a user and an item. The single events
-- are lost; the fewest that give the same strength stand in for them.
CREATE TEMP TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, user_id text, item_id bigint, strength int);
\copy raw (user_id, item_id, strength) FROM PROGRAM 'zcat "$DATA_FOLDER/$DATA_FILE.csv.gz"' WITH (FORMAT csv, HEADER)

INSERT INTO staged_products (product_id, name) SELECT DISTINCT item_id, 'product ' || item_id FROM raw;

INSERT INTO staged_events (user_key, product_id, event_type)
SELECT raw.user_id, raw.item_id, part.event_type
FROM raw,
     LATERAL (VALUES ('purchase', strength / 5), ('add_to_cart', strength % 5 / 3), ('view', strength % 5 % 3)) AS part(event_type, times),
     generate_series(1, part.times)
ORDER BY raw.line;
