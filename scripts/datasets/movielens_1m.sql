-- MovieLens 1M, in a copy without times: who rated a film 4 or 5 is taken to have liked viewing it. A film's category is its
-- first genre.
CREATE TEMP TABLE raw (line bigint GENERATED ALWAYS AS IDENTITY, user_id text, item_id bigint, rating numeric);
CREATE TEMP TABLE raw_items (item_id bigint, title text, genres text);
\copy raw (user_id, item_id, rating) FROM PROGRAM 'zcat "$DATA_FOLDER/ratings.csv.gz"' WITH (FORMAT csv, HEADER)
\copy raw_items FROM PROGRAM 'zcat "$DATA_FOLDER/movies.csv.gz"' WITH (FORMAT csv, HEADER)

INSERT INTO staged_products (product_id, name, category, attributes)
SELECT item_id, title, split_part(genres, '|', 1), jsonb_build_object('genres', string_to_array(genres, '|'))
FROM raw_items;

INSERT INTO staged_events (user_key, product_id, event_type)
SELECT user_id, item_id, 'view' FROM raw WHERE rating >= 4 ORDER BY line;
