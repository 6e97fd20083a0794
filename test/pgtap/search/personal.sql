-- shopsmart_search for a user: the scores of shopsmart_recommend lift what suits, and each row says by how much and why.
\ir ../fixture/random_shop.psql
SELECT plan(19);

INSERT INTO shop.products (product_id, sku, name) VALUES (1001, 'XY-1', 'Plain thing'), (1002, 'XY-2', 'Twin product'), (1003, 'XY-3', 'Twin product');
SELECT shopsmart_setup_search('simple') \g /dev/null
CREATE TEMPORARY TABLE taste AS SELECT product_id, score / max(score) OVER () AS score, because FROM shopsmart_recommend('user 1', 1000, include_seen => true) WHERE strategy = 'personalized';
CREATE TEMPORARY TABLE plain AS SELECT * FROM shopsmart_search('product', 1000);
CREATE TEMPORARY TABLE personal AS SELECT * FROM shopsmart_search('product', 1000, user_id => 'user 1');

SELECT cmp_ok((SELECT count(*) FROM taste JOIN plain USING (product_id)), '>', 5::bigint, 'there is something to lift');
SELECT set_eq('SELECT product_id FROM personal', 'SELECT product_id FROM plain', 'the same products');
SELECT is_empty($$SELECT product_id FROM personal p JOIN plain t USING (product_id) LEFT JOIN taste u USING (product_id)
                  WHERE abs(p.score - t.score * (1 + coalesce(u.score, 0))) > 1e-5 OR abs(p.score - p.from_user - t.score) > 1e-5 OR p.because <> coalesce(u.because, '{}')$$,
                'the score is that of the text times 1 plus that of the user, whose part is told, with its reasons');
SELECT is_empty($$SELECT rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM personal WINDOW w AS (ORDER BY rank)) AS p
                  WHERE score > before OR score = before AND product_id < product_before$$, 'best first');
SELECT set_eq($$SELECT * FROM shopsmart_search('product', 1000, user_id => 'nobody')$$, $$SELECT rank, product_id, score, answered_by, c.cursor, from_user, because
                FROM plain JOIN (SELECT rank, cursor FROM shopsmart_search('product', 1000, user_id => 'nobody')) AS c USING (rank)$$, 'nobody has no taste');
SELECT results_eq($$SELECT s.product_id FROM shopsmart_search('product', 3, user_id => 'user 1') AS f, shopsmart_search('product', 1000, user_id => 'user 1', after => f.cursor) AS s WHERE f.rank = 3$$,
                  'SELECT product_id FROM personal WHERE rank > 3 ORDER BY rank', 'pages go on');
SELECT throws_ok(format($$SELECT * FROM shopsmart_search('product', after => %L, user_id => 'user 1')$$, cursor), '22023', 'after is not a cursor of this search', 'but not those of others')
FROM plain WHERE rank = 1;
SELECT is((SELECT count(*) FROM shopsmart_search('product', 1000, sort => 'newest', user_id => 'user 1') WHERE from_user <> 0), 0::bigint, 'an order has no taste');
SET LOCAL shopsmart.search_personal_weight = 0;
SELECT is((SELECT count(*) FROM shopsmart_search('product', 1000, user_id => 'user 1') WHERE from_user <> 0), 0::bigint, 'switched off');
RESET shopsmart.search_personal_weight;
-- Who asks for a product by its name or number wants that one.
UPDATE shop.products SET name = 'Product zero' WHERE product_id = (SELECT product_id FROM taste JOIN plain USING (product_id) ORDER BY taste.score LIMIT 1);
SELECT is((SELECT sum(from_user) FROM shopsmart_search('product ZERO', user_id => 'user 1')), 0::double precision, 'a product by its name');
SELECT is((SELECT sum(from_user) FROM shopsmart_search('xy1 product', user_id => 'user 1')) > 0, true, 'a number and more');
UPDATE shop.products SET sku = 'PROD-77' WHERE name = 'Product zero';
SELECT is((SELECT sum(from_user) FROM shopsmart_search('prod77', user_id => 'user 1')), 0::double precision, 'a product by its number');
-- What is popular, for everybody.
CREATE TEMPORARY TABLE popular AS SELECT product_id, rank AS place FROM shopsmart.trending_scores WHERE time_window = 'all' AND category_id IS NULL;
SELECT cmp_ok((SELECT count(*) FROM popular), '>', 5::bigint, 'there is something popular');
CREATE TEMPORARY TABLE by_text AS SELECT * FROM shopsmart_search('product', 1000);
SET LOCAL shopsmart.search_popularity_weight = 0.5;
CREATE TEMPORARY TABLE by_popularity AS SELECT * FROM shopsmart_search('product', 1000);
SELECT set_eq('SELECT product_id FROM by_popularity', 'SELECT product_id FROM by_text', 'the same products');
SELECT is_empty($$SELECT product_id FROM by_popularity b JOIN by_text t USING (product_id) LEFT JOIN popular p USING (product_id)
                  WHERE abs(b.score - t.score * (1 + coalesce(0.5 / (1 + log(2, p.place)), 0))) > 1e-5 OR b.from_user <> 0$$, 'the score is lifted by the rank');
SELECT results_eq($$SELECT s.product_id FROM shopsmart_search('product', 3) AS f, shopsmart_search('product', 1000, after => f.cursor) AS s WHERE f.rank = 3$$,
                  'SELECT product_id FROM by_popularity WHERE rank > 3 ORDER BY rank', 'pages go on');
UPDATE shop.products SET sku = 'POP-1' WHERE product_id = (SELECT product_id FROM popular WHERE place = 1);
SELECT is((SELECT product_id FROM shopsmart_search('pop1', 1)), (SELECT product_id FROM popular WHERE place = 1), 'the popular one is found by its number');
SELECT score FROM shopsmart_search('pop1', 1) \gset
RESET shopsmart.search_popularity_weight;
SELECT is(:'score'::double precision, (SELECT score FROM shopsmart_search('pop1', 1)), 'with the score of the text');
SELECT throws_ok($$SELECT * FROM shopsmart_search('product', user_id => '')$$, '22023', NULL, 'an empty user');

SELECT * FROM finish();
ROLLBACK;
