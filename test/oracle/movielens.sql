-- Compares the extension with the oracle on MovieLens 100K: the whole models, and the answers for every user.
--
--   psql -X -v folder=/path/to/movielens_100k -d SCRATCH -f test/oracle/movielens.sql
--
-- The database must hold no shop yet. The folder holds items.csv.gz (item_id,title,year,genres) and ratings.csv.gz
-- (user_id,item_id,rating,ts_s). Prints the number of differences of each kind; fails when there is one.

\set ON_ERROR_STOP on
\set QUIET on
SET client_min_messages = warning;
CREATE EXTENSION IF NOT EXISTS shopsmart;
LOAD 'shopsmart';
SELECT shopsmart_setup() \g /dev/null
INSERT INTO shopsmart.models (name, kind, is_default) VALUES ('by definition', 'cosine', true);
\ir models.sql
\ir answers.sql
\ir compare.sql

CREATE TEMPORARY TABLE item (item_id bigint, title text, year text, genres text);
CREATE TEMPORARY TABLE rating (user_id bigint, item_id bigint, rating integer, ts_s bigint);
\setenv MOVIELENS_FOLDER :folder
\copy item FROM PROGRAM 'gzip -dc "$MOVIELENS_FOLDER/items.csv.gz"' WITH (FORMAT csv, HEADER)
\copy rating FROM PROGRAM 'gzip -dc "$MOVIELENS_FOLDER/ratings.csv.gz"' WITH (FORMAT csv, HEADER)

-- The first genre is the category, below one root. Good ratings are stronger events than bad ones.
INSERT INTO shop.categories (category_id, parent_id, name) VALUES (1, NULL, 'films');
INSERT INTO shop.categories (category_id, parent_id, name)
SELECT 1 + row_number() OVER (ORDER BY genre), 1, genre FROM (SELECT DISTINCT split_part(genres, ' ', 1) AS genre FROM item WHERE genres <> '') AS genres;
INSERT INTO shop.products (product_id, name, category_id, price, stock, is_active, created_at)
SELECT i.item_id, coalesce(i.title, 'untitled'), c.category_id, i.item_id % 50, i.item_id % 3, i.item_id % 20 <> 0,
       make_timestamptz(CASE WHEN i.year ~ '^\d{4}$' THEN i.year::integer ELSE 1900 END, 1, 1, 0, 0, 0, 'UTC')
FROM item i LEFT JOIN shop.categories c ON c.name = split_part(i.genres, ' ', 1);
INSERT INTO shop.users (user_id, external_id) SELECT DISTINCT user_id, 'user ' || user_id FROM rating ORDER BY user_id;
INSERT INTO shop.events (user_id, product_id, event_type, occurred_at)
SELECT user_id, item_id, CASE rating WHEN 5 THEN 'purchase' WHEN 4 THEN 'add_to_cart' ELSE 'view' END, to_timestamp(ts_s)
FROM rating ORDER BY ts_s, user_id, item_id;
ANALYZE shop.categories, shop.products, shop.users, shop.events, shop.event_types;

SELECT max(occurred_at) AS as_of FROM shop.events \gset
SELECT count(*) AS events, count(DISTINCT user_id) AS users, count(DISTINCT product_id) AS products FROM shop.events;

\set QUIET off
\timing on
CALL oracle.rebuild('2160 hours', :'as_of');
CALL oracle.refresh(:'as_of');
SELECT events_read, users, products, pairs_kept, baskets, basket_pairs_kept FROM shopsmart_rebuild_similarity('2160 hours', :'as_of');
SELECT events_read, products, categories FROM shopsmart_refresh_trending(:'as_of');

CREATE TEMPORARY TABLE outcome (comparison text, compared bigint, differences bigint);
INSERT INTO outcome SELECT 'similarity, to the bit', (SELECT count(*) FROM oracle.similarity_model), count(*) FROM oracle.compare_similarity();
INSERT INTO outcome SELECT 'baskets, to the bit', (SELECT count(*) FROM oracle.basket_model), count(*) FROM oracle.compare_baskets();
INSERT INTO outcome SELECT 'trending and popularity', (SELECT count(*) FROM oracle.trending_model) + (SELECT count(*) FROM oracle.popularity_model), count(*)
FROM oracle.compare_trending();

INSERT INTO outcome SELECT 'recommend, 20 for every user', count(DISTINCT u.user_id), count(d)
FROM shop.users u LEFT JOIN LATERAL oracle.compare_recommend(u.external_id, 20, as_of => :'as_of') d ON true;
-- Most users rate dozens of films within minutes: going back to the time of their third event shortens the history.
INSERT INTO outcome SELECT 'recommend as of a user''s third event', count(DISTINCT u.user_id), count(d)
FROM shop.users u
CROSS JOIN LATERAL (SELECT e.occurred_at FROM shop.events e WHERE e.user_id = u.user_id ORDER BY e.occurred_at, e.event_id OFFSET 2 LIMIT 1) AS third
LEFT JOIN LATERAL oracle.compare_recommend(u.external_id, 20, as_of => third.occurred_at) d ON true
WHERE u.user_id % 4 = 0;
INSERT INTO outcome SELECT 'recommend with a filter, exclusions and seen products', count(DISTINCT u.user_id), count(d)
FROM shop.users u
LEFT JOIN LATERAL oracle.compare_recommend(u.external_id, 20, 2 + u.user_id % 10, jsonb_build_object('price', '{"gte": 5, "lt": 40}'::jsonb, 'in_stock', u.user_id % 2 = 0),
                                           ARRAY[50, 100, u.user_id], :'as_of', u.user_id % 3 = 0) d ON true
WHERE u.user_id % 4 = 1;
INSERT INTO outcome SELECT 'similar, 20 for every product', count(DISTINCT p.product_id), count(d)
FROM shop.products p LEFT JOIN LATERAL oracle.compare_similar(p.product_id, 20) d ON true;
INSERT INTO outcome SELECT 'bought together with every pair of neighboring products', count(DISTINCT p.product_id), count(d)
FROM shop.products p LEFT JOIN LATERAL oracle.compare_bought_together(ARRAY[p.product_id, p.product_id + 1], 20) d ON true;
INSERT INTO outcome SELECT 'explain the first ten of every tenth user', count(DISTINCT u.user_id), count(d)
FROM shop.users u CROSS JOIN LATERAL shopsmart_recommend(u.external_id, 10, as_of => :'as_of') r
LEFT JOIN LATERAL oracle.compare_explain(u.external_id, r.product_id, :'as_of') d ON true
WHERE u.user_id % 10 = 0;
\timing off

SELECT comparison, compared, differences FROM outcome;
DO $$
BEGIN
    IF EXISTS (SELECT FROM outcome WHERE differences > 0 OR compared = 0) THEN
        RAISE EXCEPTION 'the extension and the oracle differ';
    END IF;
END
$$;
