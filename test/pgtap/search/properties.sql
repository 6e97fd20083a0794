-- What holds for every answer of shopsmart_search: scores are those of the definition, computed here in plain SQL, whether
-- products are in the index or changed since.
\ir ../fixture/start.psql
SELECT plan(10);

SELECT setseed(0.25) \g /dev/null
CREATE FUNCTION pg_temp.words(most integer) RETURNS text VOLATILE LANGUAGE sql
RETURN (SELECT string_agg('w' || chr(97 + floor(26 * random() ^ 2)::integer), ' ') FROM generate_series(1, 1 + floor(most * random())::integer));
INSERT INTO shop.categories (category_id, name) SELECT c, pg_temp.words(2) FROM generate_series(1, 5) AS c;
INSERT INTO shop.products (product_id, name, brand, category_id, description, stock, is_active)
SELECT p, pg_temp.words(6), CASE WHEN p % 3 > 0 THEN pg_temp.words(1) END, nullif(p % 6, 0), CASE WHEN p % 2 = 0 THEN pg_temp.words(30) END, p % 4, p % 17 > 0
FROM generate_series(1, 300) AS p;
SELECT shopsmart_setup_search('simple') \g /dev/null

-- Occurrences by field, as far as they are counted, and lengths.
CREATE TEMPORARY VIEW field AS
SELECT p.product_id, f.field, f.weight, f.most, w.word
FROM shop.products p LEFT JOIN shop.categories c USING (category_id)
CROSS JOIN LATERAL (VALUES ('name', 3.0, 31, p.name), ('brand', 2.0, 7, p.brand), ('category', 2.0, 7, c.name), ('description', 0.3, 31, p.description)) AS f (field, weight, most, value)
CROSS JOIN LATERAL regexp_split_to_table(f.value, ' ') AS w (word);
CREATE FUNCTION pg_temp.expected(query text) RETURNS TABLE (product_id bigint, score double precision) LANGUAGE sql AS $$
WITH mean AS (SELECT field, avg(length) AS length FROM (SELECT product_id, field, count(*) AS length FROM field GROUP BY 1, 2) AS l GROUP BY 1),
length AS (SELECT product_id, field, count(*) AS length FROM field GROUP BY 1, 2),
occurrence AS (
    SELECT product_id, word, sum(count * weight / CASE WHEN field IN ('name', 'description') THEN 0.25 + 0.75 * l.length / m.length ELSE 1 END) AS frequency
    FROM (SELECT product_id, word, field, weight, least(count(*), most) AS count FROM field GROUP BY product_id, word, field, weight, most) AS c
    JOIN length l USING (product_id, field) JOIN mean m USING (field) GROUP BY 1, 2),
word AS (SELECT word, ln(1 + ((SELECT count(*) FROM shop.products) - n + 0.5) / (n + 0.5)) AS rarity
         FROM (SELECT w.word, (SELECT count(*) FROM occurrence o WHERE o.word = w.word) AS n FROM (SELECT DISTINCT word FROM regexp_split_to_table(query, ' ') AS word) AS w) AS n)
SELECT o.product_id, (sum(w.rarity * 2.2 * o.frequency / (1.2 + o.frequency)) * sum(w.rarity) / (SELECT sum(rarity) FROM word))::double precision
FROM occurrence o JOIN word w USING (word) JOIN shop.products p USING (product_id) WHERE p.is_active GROUP BY 1
$$;
CREATE TEMPORARY TABLE request AS SELECT id, pg_temp.words(4) AS query FROM generate_series(1, 30) AS id;
CREATE TEMPORARY VIEW answer AS SELECT q.id, s.* FROM request q, shopsmart_search(q.query, 1000, understand => false) AS s;
CREATE TEMPORARY TABLE expected AS SELECT q.id, e.* FROM request q, pg_temp.expected(q.query) AS e;

SELECT cmp_ok((SELECT count(*) FROM answer), '>', 1000::bigint, 'there is something to judge');
SELECT is_empty($$SELECT id, product_id, a.score, e.score FROM answer a FULL JOIN expected e USING (id, product_id) WHERE abs(a.score - e.score) < 1e-5 * e.score IS NOT TRUE$$, 'scores are those of the definition');
SELECT is_empty($$SELECT id FROM answer GROUP BY 1 HAVING min(rank) <> 1 OR max(rank) <> count(*) OR count(DISTINCT product_id) <> count(*)$$, 'ranks 1..n, no product twice');
SELECT is_empty($$SELECT id, rank FROM (SELECT *, lag(score) OVER w AS before, lag(product_id) OVER w AS product_before FROM answer WINDOW w AS (PARTITION BY id ORDER BY rank)) AS a
                  WHERE score > before OR score = before AND product_id < product_before$$, 'scores descending, then product id');
SELECT set_eq($$SELECT q.id, s.product_id, s.score FROM request q, shopsmart_search(q.query, 1000, '{"in_stock": true}', understand => false) AS s$$,
              $$SELECT id, product_id, score FROM answer JOIN shop.products USING (product_id) WHERE stock > 0$$, 'a filter leaves out and changes nothing else');
SELECT set_eq($$SELECT q.id, s.* FROM request q, shopsmart_search(q.query, 3, understand => false) AS s$$, $$SELECT * FROM answer WHERE rank <= 3$$, 'fewer rows are the first ones');

-- Changed products count beside the index as they would in it, but for the statistics: so nothing that these depend on changes.
CREATE TEMPORARY TABLE before AS SELECT * FROM answer;
UPDATE shop.products SET name = name || ' other' WHERE product_id % 3 = 0;
UPDATE shop.products SET name = left(name, -6), price = 1 WHERE product_id % 3 = 0;
SELECT cmp_ok((SELECT count(*) FROM shopsmart.search_changes), '=', 200::bigint, 'each change of a text is noted');
SELECT set_eq($$SELECT id, product_id FROM answer$$, $$SELECT id, product_id FROM before$$, 'changed and changed back: the same products');
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT set_eq($$TABLE answer$$, $$TABLE before$$, 'and after a rebuild the same rows');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$TABLE answer$$, $$TABLE before$$, 'also without direct reads');

SELECT * FROM finish();
ROLLBACK;
