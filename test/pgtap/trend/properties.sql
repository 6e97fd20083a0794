-- What holds for every order of shopsmart_trend, on a random shop.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(7);

CREATE TEMPORARY TABLE answer AS
SELECT c.category_id, w.time_window, f.condition, f.filter, pg_temp.by_index(r, f.condition) AS by_index, pg_temp.by_sort(r, f.condition) AS by_sort,
       pg_temp.by_index(r, format('p.is_active AND (%s)', f.condition)) AS shown,
       ARRAY(SELECT t.product_id FROM shopsmart_trending(1000, c.category_id, w.time_window, f.filter) t ORDER BY t.rank) AS trending
FROM (SELECT NULL UNION ALL SELECT generate_series(-1, 9)) AS c(category_id), (VALUES ('24h'), ('7d'), ('30d'), (NULL)) AS w(time_window), filter f, shopsmart_trend(c.category_id, w.time_window) AS r;

SELECT cmp_ok((SELECT count(*) FROM answer WHERE cardinality(trending) > 1), '>', 50::bigint, 'there is something to judge');
SELECT is_empty('SELECT category_id, time_window, condition, by_index, by_sort FROM answer WHERE by_index <> by_sort', 'the index gives what a sort gives');
SELECT is_empty('SELECT category_id, time_window, condition, shown, trending FROM answer WHERE shown[:cardinality(trending)] <> trending', 'it begins with what shopsmart_trending() shows');
SELECT is_empty($$SELECT category_id FROM answer WHERE condition = 'true' AND ARRAY(SELECT unnest(by_index) ORDER BY 1) <> ARRAY(SELECT product_id FROM shop.products ORDER BY 1)$$, 'every product comes once');
SELECT is_empty($$SELECT a.category_id, a.time_window FROM answer a JOIN answer w ON w.category_id IS NULL AND w.time_window IS NOT DISTINCT FROM a.time_window AND w.condition = a.condition
                  WHERE a.trending = '{}' AND a.category_id IS NOT NULL AND a.category_id NOT IN (SELECT c.category_id FROM shop.categories c) AND a.by_index <> w.by_index$$, 'an unknown category is no category');
SELECT is_empty($$SELECT a.category_id FROM answer a JOIN answer w ON w.category_id IS NOT DISTINCT FROM a.category_id AND w.time_window = '7d' AND w.condition = a.condition
                  WHERE a.time_window IS NULL AND a.by_index <> w.by_index$$, 'no window is that of the setting');
SET LOCAL shopsmart.trending_window = '24h';
SELECT is_empty($$SELECT category_id FROM answer, shopsmart_trend(category_id) AS r WHERE time_window = '24h' AND (by_index <> pg_temp.by_index(r, condition) OR by_index <> pg_temp.by_sort(r, condition))$$, 'when the query runs');

SELECT * FROM finish();
ROLLBACK;
