-- MovieLens 100K: who rated a film 4 or 5 is taken to have liked viewing it. A film's category is its first genre.
CREATE TEMP TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, user_id text, item_id bigint, rating numeric, ts_s bigint);
CREATE TEMP TABLE raw_items (item_id bigint, title text, year text, genres text);
\copy raw (user_id, item_id, rating, ts_s) FROM PROGRAM 'zcat "$DATA_FOLDER/ratings.csv.gz"' WITH (FORMAT csv, HEADER)
\copy raw_items FROM PROGRAM 'zcat "$DATA_FOLDER/items.csv.gz"' WITH (FORMAT csv, HEADER)

INSERT INTO staged_products (product_id, name, category, attributes)
SELECT item_id, coalesce(title, 'film ' || item_id), split_part(genres, ' ', 1),
       jsonb_strip_nulls(jsonb_build_object('year', year, 'genres', string_to_array(genres, ' ')))
FROM raw_items;

INSERT INTO staged_events (user_key, product_id, event_type, occurred_at)
SELECT user_id, item_id, 'view', to_timestamp(ts_s) FROM raw WHERE rating >= 4 ORDER BY ts_s, line;
