-- What shopsmart_similar goes on with behind the neighbors, where there is a search index: products that hold the same words.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(28);

SELECT is_empty($$SELECT FROM generate_series(1, 40) AS p, shopsmart_similar(p, 50) WHERE strategy = 'content'$$, 'nothing without a search index');
SELECT shopsmart_setup_search('simple') \g /dev/null

-- The product's own words are the query; product 41 does not exist.
CREATE TEMPORARY TABLE filters (filter jsonb);
INSERT INTO filters VALUES (NULL), ('{"in_stock": true}'), ('{"category": 1}');
CREATE TEMPORARY VIEW answer AS SELECT p AS asked, f.filter, s.* FROM generate_series(1, 41) AS p, filters f, shopsmart_similar(p, 1000, f.filter) AS s;
CREATE TEMPORARY VIEW words AS SELECT p.product_id, concat_ws(' ', p.sku, p.name, p.brand, c.name) AS query FROM shop.products p LEFT JOIN shop.categories c USING (category_id);
CREATE TEMPORARY TABLE first_answer AS TABLE answer;
SELECT cmp_ok((SELECT count(*) FROM answer WHERE strategy = 'content'), '>', 1000::bigint, 'there is something to judge');
CREATE TEMPORARY TABLE popular AS SELECT u.product_id, l.first_rank + u.n - 1 AS rank FROM shopsmart.generations g JOIN shopsmart.ranked_lists l USING (generation), unnest(l.product_ids) WITH ORDINALITY AS u(product_id, n) WHERE g.kind = 'popularity';
CREATE TEMPORARY TABLE expected AS
SELECT w.product_id AS asked, f.filter, s.product_id, s.score * coalesce(1 + 0.5 * ln((SELECT count(*) FROM popular)::double precision / o.rank), 1) AS score
FROM words w CROSS JOIN filters f CROSS JOIN shopsmart_search(w.query, 1000, f.filter, understand => false) AS s LEFT JOIN popular o ON o.product_id = s.product_id
WHERE s.product_id <> w.product_id AND NOT EXISTS (SELECT FROM first_answer a WHERE a.asked = w.product_id AND a.product_id = s.product_id AND a.strategy = 'similar');
SELECT is_empty($$SELECT a.asked, a.filter, product_id, a.score, e.score FROM (SELECT * FROM first_answer WHERE strategy = 'content') AS a FULL JOIN expected e USING (asked, product_id)
                  WHERE a.filter IS NOT DISTINCT FROM e.filter AND abs(a.score - e.score) < 1e-6 * e.score IS NOT TRUE$$,
                'what a search for the words of the product finds, but for the neighbors, with its scores, more for popular ones');
SELECT cmp_ok((SELECT count(*) FROM first_answer WHERE strategy = 'content'), '=', (SELECT count(*) FROM expected), '... and all of it');
SELECT is_empty($$SELECT asked, rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM answer WHERE strategy = 'content' WINDOW w AS (PARTITION BY asked, filter ORDER BY rank)) AS a
                  WHERE score > before OR score = before AND product_id < product_before$$, 'score descending, then product id');
SELECT is_empty($$SELECT asked, rank FROM (SELECT *, array_position('{similar,content,category_trending,global_trending,popular,newest}'::text[], strategy) AS stage,
                         lag(array_position('{similar,content,category_trending,global_trending,popular,newest}'::text[], strategy)) OVER (PARTITION BY asked, filter ORDER BY rank) AS before FROM answer) AS a
                  WHERE stage IS NULL OR stage < before$$, 'behind the neighbors, before trending');
SELECT is_empty($$SELECT f.filter FROM filters f, shop.products p WHERE (SELECT count(*) FROM answer a WHERE a.asked = p.product_id AND a.filter IS NOT DISTINCT FROM f.filter)
                  <> (SELECT count(*) FROM oracle.eligible(f.filter) AS e(id) WHERE e.id <> p.product_id)$$, 'every eligible product comes once');
SELECT is_empty($$SELECT FROM first_answer WHERE strategy = 'content' AND co_count IS NOT NULL$$, 'without a count of common users');
SELECT is_empty($$SELECT asked, product_id FROM first_answer WHERE (strategy = 'content') <> (because IS NOT NULL)$$, 'reasons for content alone');
SELECT is_empty($$SELECT a.asked, a.product_id, a.because FROM first_answer a JOIN shop.products p ON p.product_id = a.asked JOIN shop.products o ON o.product_id = a.product_id LEFT JOIN shop.categories c ON c.category_id = p.category_id
                  WHERE strategy = 'content' AND ((because->>'brand') IS DISTINCT FROM CASE WHEN p.brand = o.brand THEN p.brand END
                                                  OR (because->>'category') IS DISTINCT FROM CASE WHEN p.category_id = o.category_id THEN c.name END)$$, 'category and brand where they are the same');
SELECT is_empty($$SELECT a.asked, a.product_id, a.because FROM first_answer a JOIN words p ON p.product_id = a.asked JOIN words o ON o.product_id = a.product_id
                  WHERE strategy = 'content' AND ARRAY(SELECT jsonb_array_elements_text(because->'words') ORDER BY 1)
                        <> ARRAY(SELECT regexp_split_to_table(lower(p.query), ' ') INTERSECT SELECT regexp_split_to_table(lower(o.query), ' ') ORDER BY 1)$$, 'and the words that both have');
SELECT is_empty($$SELECT FROM generate_series(1, 40) AS p, shopsmart_similar(p, 50, model => 'popularity') WHERE strategy = 'content'$$, 'popularity alone is popularity alone');
SELECT is_empty($$SELECT q FROM generate_series(1, 41) AS q, shopsmart_similar_to(q) AS r WHERE pg_temp.by_index(r) <> pg_temp.by_sort(r)$$, 'an index gives the order that a sort gives');
SELECT is_empty($$SELECT q, f.condition FROM generate_series(1, 40) AS q, filter f, shopsmart_similar_to(q) AS r
                  WHERE pg_temp.by_index(r, format('p.is_active AND p.product_id <> %s AND (%s)', q, f.condition)) <> ARRAY(SELECT s.product_id FROM shopsmart_similar(q, 1000, f.filter) s ORDER BY s.rank)$$,
                '... which is that of shopsmart_similar()');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq('TABLE answer', 'TABLE first_answer', 'the same without direct reads');
RESET shopsmart.direct_reads;

-- In the caller's snapshot.
INSERT INTO shop.products (product_id, name, brand) VALUES (101, 'Unheard gadget', 'Whizz'), (102, 'Unheard machine', NULL), (103, 'Quiet gadget', 'Whizz');
SELECT results_eq($$SELECT product_id, strategy FROM shopsmart_similar(101, 2)$$, $$VALUES (103::bigint, 'content'), (102, 'content')$$, 'products of this transaction, for one of it: a rare word and a brand before a rare word');
UPDATE shop.products SET name = 'Unheard of old' WHERE product_id = 1;
SELECT ok(EXISTS (SELECT FROM shopsmart_similar(102, 3) WHERE product_id = 1 AND strategy = 'content'), 'a product that was renamed is found by its new name');
UPDATE shop.products SET is_active = false WHERE product_id = 103;
SELECT results_eq($$SELECT product_id, strategy FROM shopsmart_similar(101, 3) WHERE product_id > 100$$, $$VALUES (102::bigint, 'content')$$, 'a hidden one is not shown');
SELECT is((SELECT product_id FROM shopsmart_similar(103, 1)), 101::bigint, '... and has others like it all the same');
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT results_eq($$SELECT product_id, strategy FROM shopsmart_similar(101, 3) WHERE product_id > 100$$, $$VALUES (102::bigint, 'content')$$, 'the same after a rebuild');

SELECT shopsmart_setup_search('english') \g /dev/null
UPDATE shop.products SET name = 'Écru gadgets, a gadget''s' WHERE product_id = 101;
UPDATE shop.products SET name = 'The gadget', description = 'of an "écru" tone' WHERE product_id = 102;
SELECT is((SELECT because FROM shopsmart_similar(101, 5) WHERE product_id = 102), '{"words": ["ecru", "gadgets"]}', 'words in another form, in another field, each once');
SELECT shopsmart_setup_search('simple') \g /dev/null

-- Of many words those that tell most count: of these twenty, sixteen that only two products hold.
INSERT INTO shop.products (product_id, name)
SELECT 200 + p, (SELECT string_agg(CASE WHEN w <= 4 THEN 'common' ELSE 'rare' END || chr(96 + w), ' ') FROM generate_series(1, 20) AS w WHERE w <= 4 OR p <= 2) FROM generate_series(1, 300) AS p;
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT results_eq($$SELECT product_id, strategy FROM shopsmart_similar(201, 2) WHERE strategy = 'content'$$, $$VALUES (202::bigint, 'content')$$, 'what only common words lead to is not like it');
SELECT is((SELECT count(*) FROM shopsmart_similar(203, 1000) WHERE strategy = 'content'), 199::bigint, 'two hundred at most, one of which is the product itself');

-- What tens of thousands of products hold leads nowhere, unless there is nothing else.
INSERT INTO shop.products (product_id, name) SELECT 1000 + p, CASE WHEN p = 1 THEN 'omnipresent oddity' WHEN p = 2 THEN 'oddity' ELSE 'omnipresent' END FROM generate_series(1, 20002) AS p;
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT results_eq($$SELECT product_id FROM shopsmart_similar(1001, 200) WHERE strategy = 'content'$$, $$VALUES (1002::bigint)$$, 'a word of too many products besides one that tells');
SELECT is((SELECT count(*) FROM shopsmart_similar(1003, 200) WHERE strategy = 'content'), 199::bigint, '... and alone');

-- Whoever may not read what it takes gets what there was without.
CREATE ROLE regress_shopsmart_content;
SELECT shopsmart_grant('regress_shopsmart_content', 'read') \g /dev/null
SET LOCAL ROLE regress_shopsmart_content;
SELECT ok(EXISTS (SELECT FROM shopsmart_similar(101, 1) WHERE strategy = 'content'), 'a reader');
RESET ROLE;
REVOKE SELECT ON shop.categories FROM regress_shopsmart_content;
SET LOCAL ROLE regress_shopsmart_content;
SELECT is((SELECT count(*) FILTER (WHERE strategy = 'content') + count(*) FROM shopsmart_similar(101, 5)), 5::bigint, 'one who may not read categories');
RESET ROLE;
GRANT SELECT ON shop.categories TO regress_shopsmart_content;
REVOKE SELECT ON shopsmart.search_postings FROM regress_shopsmart_content;
SET LOCAL ROLE regress_shopsmart_content;
SELECT is((SELECT count(*) FILTER (WHERE strategy = 'content') + count(*) FROM shopsmart_similar(101, 5)), 5::bigint, '... or the index');

SELECT * FROM finish();
ROLLBACK;
