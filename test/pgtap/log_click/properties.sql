-- What holds for shopsmart_log_click: one row a search and product, whatever is clicked how often.
\ir ../fixture/random_shop.psql
SELECT plan(4);

SELECT setseed(0.5) \g /dev/null
SELECT shopsmart_setup_search_log() \g /dev/null
SELECT shopsmart_log_search('query ' || i, 10, 'words', 'user ' || i) FROM generate_series(1, 20) AS i \g /dev/null
CREATE TEMPORARY TABLE click AS
SELECT i, 1 + floor(20 * random())::bigint AS search_id, 1 + floor(10 * random())::integer AS rank, p.product_id
FROM generate_series(1, 30) AS i CROSS JOIN (SELECT product_id FROM shop.products ORDER BY 1 LIMIT 10) AS p;
CREATE TEMPORARY TABLE answer AS
SELECT c.*, shopsmart_log_click(c.search_id, c.product_id, c.rank, now() + make_interval(secs => c.i)) AS is_first FROM (SELECT * FROM click ORDER BY i, product_id) AS c;
SELECT cmp_ok((SELECT count(*) FROM answer WHERE NOT is_first), '>', 20::bigint, 'there are repeated clicks');
SELECT set_eq('SELECT search_id, product_id, rank, clicked_at FROM shop.search_clicks', 'SELECT search_id, product_id, rank, now() + make_interval(secs => i) FROM answer WHERE is_first', 'a row for each that counts');
SELECT is_empty('SELECT FROM answer GROUP BY search_id, product_id HAVING count(*) FILTER (WHERE is_first) <> 1', 'of each product of a search one counts');
SELECT is_empty('SELECT FROM answer a JOIN answer b USING (search_id, product_id) WHERE b.is_first AND a.i < b.i', '... the first');

SELECT * FROM finish();
ROLLBACK;
