-- What holds for every rebuild of the search index: it holds what the products hold, once, and nothing of before.
\ir ../fixture/random_shop.psql
SELECT plan(8);

SELECT shopsmart_setup_search('simple') \g /dev/null
UPDATE shop.products SET name = name || ' changed' WHERE product_id % 2 = 0;
CREATE TEMPORARY TABLE report AS SELECT * FROM shopsmart_rebuild_search();
SELECT is((SELECT products FROM report), (SELECT count(*) FROM shop.products), 'all products are counted');
SELECT is((SELECT words FROM report), (SELECT count(DISTINCT term) FROM shopsmart.search_postings), 'and all words');
SELECT is((SELECT changes FROM report), (SELECT count(*) FROM shop.products WHERE product_id % 2 = 0), 'and the changes taken over');
SELECT is_empty('TABLE shopsmart.search_changes', 'which are gone');
SELECT is((SELECT count(DISTINCT generation) FROM (SELECT generation FROM shopsmart.search_postings UNION ALL SELECT generation FROM shopsmart.search_documents
           UNION ALL SELECT generation FROM shopsmart.search_indexes) AS g), 1::bigint, 'one generation is left');
SELECT set_eq('SELECT unnest(product_ids) FROM shopsmart.search_documents', 'SELECT product_id FROM shop.products', 'documents are the products');
SELECT is_empty($$SELECT term FROM shopsmart.search_postings GROUP BY term HAVING sum(length(postings)) <> 8 * max(documents) OR min(documents) <> max(documents) OR max(part) + 1 <> count(*)$$, 'lists are as long as they say');
CREATE TEMPORARY TABLE before AS SELECT term, part, postings FROM shopsmart.search_postings;
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT set_eq('SELECT term, part, postings FROM shopsmart.search_postings', 'TABLE before', 'again: the same bytes');

SELECT * FROM finish();
ROLLBACK;
