-- What holds for every answer of shopsmart_suggest, judged by plain SQL on random texts.
\ir ../fixture/start.psql
SELECT plan(9);

SELECT setseed(0.75) \g /dev/null
CREATE FUNCTION pg_temp.words(most integer) RETURNS text VOLATILE LANGUAGE sql
RETURN (SELECT string_agg(chr(97 + floor(4 * random())::integer) || chr(97 + floor(4 * random())::integer) || chr(97 + floor(4 * random())::integer), ' ') FROM generate_series(1, 1 + floor(most * random())::integer));
INSERT INTO shop.categories (category_id, parent_id, name) SELECT c, CASE WHEN c > 5 THEN c % 5 + 1 END, pg_temp.words(2) FROM generate_series(1, 20) AS c;
INSERT INTO shop.products (product_id, name, brand, category_id, is_active)
SELECT p, pg_temp.words(5), CASE WHEN p % 3 > 0 THEN pg_temp.words(2) END, nullif(p % 21, 0), p % 7 > 0 FROM generate_series(1, 400) AS p;
SELECT shopsmart_setup_search('simple') \g /dev/null
CREATE TEMPORARY TABLE request AS SELECT i AS id, left(pg_temp.words(1), 1 + i % 3) AS prefix FROM generate_series(1, 60) AS i;
CREATE TEMPORARY TABLE answer AS SELECT r.id, r.prefix, s.* FROM request r, shopsmart_suggest(r.prefix, 1000) AS s;

-- A text that holds a word beginning so.
CREATE FUNCTION pg_temp.holds(value text, prefix text) RETURNS boolean LANGUAGE sql RETURN coalesce(' ' || value LIKE '% ' || prefix || '%', false);
SELECT cmp_ok((SELECT count(DISTINCT kind) FROM answer), '=', 3::bigint, 'there is something of each kind');
SELECT set_eq($$SELECT id, product_id, suggestion FROM answer WHERE kind = 'product'$$,
              $$SELECT r.id, p.product_id, p.name FROM request r JOIN shop.products p ON p.is_active LEFT JOIN shop.categories c USING (category_id)
                WHERE pg_temp.holds(p.name, r.prefix) OR pg_temp.holds(p.brand, r.prefix) OR pg_temp.holds(c.name, r.prefix)$$, 'active products that hold a word that begins so, as long as such words are few');
SELECT is_empty($$SELECT id, suggestion FROM answer WHERE kind = 'brand' AND NOT EXISTS (SELECT FROM shop.products p WHERE p.brand = suggestion AND p.is_active)$$, 'brands of active products');
SELECT is_empty($$SELECT id, suggestion FROM answer WHERE kind IN ('brand', 'category') AND NOT pg_temp.holds(suggestion, prefix)$$, 'that hold a word that begins so, as categories do');
CREATE TEMPORARY TABLE brand AS
SELECT r.id, p.brand, bool_or(p.is_active) AS sold, count(*) OVER (PARTITION BY r.id) AS brands FROM request r JOIN shop.products p ON pg_temp.holds(p.brand, r.prefix) GROUP BY 1, 2;
SELECT set_eq($$SELECT id, suggestion FROM answer WHERE kind = 'brand' AND id IN (SELECT id FROM brand WHERE brands <= 16)$$,
              $$SELECT id, brand FROM brand WHERE brands <= 16 AND sold$$, 'all brands when they are few');
SELECT is_empty($$SELECT id, category_id FROM answer a WHERE kind = 'category' AND (SELECT c.name FROM shop.categories c WHERE c.category_id = a.category_id) IS DISTINCT FROM suggestion$$, 'categories by their names');
SELECT is_empty($$SELECT id FROM answer GROUP BY id HAVING min(rank) <> 1 OR max(rank) <> count(*) OR count(*) <> count(DISTINCT (kind, suggestion, product_id, category_id))$$, 'ranks from 1, no row twice');
SELECT is_empty($$SELECT id FROM answer a JOIN answer b USING (id) WHERE a.rank < b.rank AND array_position('{query,brand,category,product}', a.kind) > array_position('{query,brand,category,product}', b.kind)$$, 'brands, then categories, then products');
SET LOCAL shopsmart.direct_reads = off;
SELECT set_eq($$SELECT r.id, r.prefix, s.* FROM request r, shopsmart_suggest(r.prefix, 1000) AS s$$, 'TABLE answer', 'the same without direct reads');

SELECT * FROM finish();
ROLLBACK;
