-- Pages and orders of shopsmart_search: pages one behind the other are the whole answer, whatever its order.
\ir ../fixture/start.psql
SELECT plan(54);

SELECT setseed(0.1) \g /dev/null
INSERT INTO shop.products (product_id, name, price, rating, created_at, brand, is_active)
SELECT p, CASE p % 3 WHEN 0 THEN 'lamp' WHEN 1 THEN 'red lamp' ELSE 'red shade lamp' END, CASE WHEN p % 10 > 0 THEN p % 7 + 0.5 END, CASE WHEN p % 4 > 0 THEN (p % 5)::numeric END,
       '2026-01-01 00:00Z'::timestamptz + p % 11 * interval '1 day', CASE WHEN p % 2 = 0 THEN 'Zen' END, p % 13 > 0 FROM generate_series(1, 200) AS p;
SELECT shopsmart_setup_search('simple') \g /dev/null
UPDATE shop.products SET name = 'lamp red' WHERE product_id % 9 = 0;

CREATE FUNCTION pg_temp.paged(asked text, size integer, by text, wanted jsonb) RETURNS TABLE (rank integer, product_id bigint) LANGUAGE plpgsql AS $$
DECLARE
    reached text;
    found record;
    next text;
BEGIN
    LOOP
        next := NULL;
        FOR found IN SELECT * FROM shopsmart_search(asked, size, wanted, sort => by, after => reached) LOOP
            rank := found.rank;
            product_id := found.product_id;
            next := found.cursor;
            RETURN NEXT;
        END LOOP;
        EXIT WHEN next IS NULL;
        reached := next;
    END LOOP;
END
$$;
SELECT results_eq(format('SELECT * FROM pg_temp.paged(%L, 7, %L, %L)', 'red lamp', sort, filter),
                  format('SELECT rank, product_id FROM shopsmart_search(%L, 1000, %L, sort => %L)', 'red lamp', filter, sort), format('pages by %s, filter %s', sort, filter))
FROM unnest('{relevance,price_asc,price_desc,rating,newest}'::text[]) AS sort, unnest('{"{}","{\"brand\": \"Zen\"}"}'::text[]) AS filter;
SELECT results_eq(format('SELECT product_id FROM shopsmart_search(%L, 1000, sort => %L)', 'red lamp', sort),
                  format('SELECT product_id FROM shop.products WHERE is_active AND name ~ %L ORDER BY %s NULLS LAST, product_id', 'red', by), 'all words, by ' || sort)
FROM (VALUES ('price_asc', 'price'), ('price_desc', 'price DESC'), ('rating', 'rating DESC'), ('newest', 'created_at DESC')) AS s (sort, by);
SELECT is((SELECT count(*) FROM shopsmart_search('red qqqqqq', 1000, sort => 'newest')), (SELECT count(*) FROM shop.products WHERE is_active AND name ~ 'red'), 'a word that nobody holds asks nothing');
UPDATE shop.products SET name = 'chair' WHERE product_id = 1;
SELECT is((SELECT count(*) FROM shopsmart_search('chair shade', 1000, sort => 'newest')), (SELECT count(*) FROM shop.products WHERE is_active AND name ~ 'chair|shade'), 'when nothing holds all words, any');
SELECT is((SELECT count(*) FROM pg_temp.paged('chair shade', 10, 'rating', NULL)), (SELECT count(*) FROM shop.products WHERE is_active AND name ~ 'chair|shade'), 'on each page');

-- Products without a name of the query come below those with it.
CREATE TEMPORARY TABLE named AS SELECT s.rank, s.answered_by, p.product_id, p.brand, p.price FROM shopsmart_search('zen shade lamp under 3', 1000) s JOIN shop.products p USING (product_id);
SELECT is((SELECT count(*) FROM named WHERE answered_by = 'words'), (SELECT count(*) FROM shop.products WHERE is_active AND brand = 'Zen' AND price <= 3), 'each one of the brand');
SELECT is((SELECT count(*) FROM named WHERE answered_by = 'relaxed'), (SELECT count(*) FROM shop.products WHERE is_active AND brand IS NULL AND name ~ 'lamp' AND price <= 3), 'then each other one');
SELECT cmp_ok((SELECT max(rank) FROM named WHERE brand = 'Zen'), '<', (SELECT min(rank) FROM named WHERE brand IS NULL), 'the brand stands above');
SELECT is((SELECT count(*) FROM named WHERE price > 3 OR price IS NULL), 0::bigint, 'bounds of the price stay');
SELECT results_eq(format('SELECT * FROM pg_temp.paged(%L, %s, %L, NULL)', 'zen shade lamp under 3', size, 'relevance'), 'SELECT rank, product_id FROM named ORDER BY rank', format('pages of %s', size))
FROM unnest('{1,7,20,100}'::integer[]) AS size;
SELECT is((SELECT count(*) FROM shopsmart_search('zen shade lamp under 3', 1000, sort => 'price_asc')), (SELECT count(*) FROM named WHERE brand = 'Zen' AND product_id IN (SELECT product_id FROM shop.products WHERE name ~ 'shade')),
          'an order that is asked for is not broken');

SELECT throws_ok($$SELECT * FROM shopsmart_search('lamp', sort => 'price')$$, '22023', 'unknown sort "price"', 'another sort');
SELECT throws_ok(format('SELECT * FROM shopsmart_search(%s, after => %L)', arguments, cursor), '22023', 'after is not a cursor of this search', why)
FROM (SELECT cursor AS given FROM shopsmart_search('lamp', 1)) AS c,
     LATERAL (VALUES ($$'lamps'$$, given, 'of another query'), ($$'lamp', sort => 'rating'$$, given, 'of another order'), ($$'lamp'$$, left(given, -1), 'cut')) AS v (arguments, cursor, why);

-- The hash is no secret: whoever makes up a place can make up its hash too.
CREATE FUNCTION pg_temp.forged(place text, flags bigint) RETURNS text LANGUAGE sql
RETURN lpad(to_hex(hashtextextended(place COLLATE "C", hashtextextended('lamp' COLLATE "C", flags))), 16, '0') || place;
SELECT is(cursor, pg_temp.forged(substr(cursor, 17), 3), 'a cursor can be forged') FROM shopsmart_search('lamp', 1);
SELECT throws_ok(format('SELECT * FROM shopsmart_search(%L, after => %L, understand => %L)', 'lamp', pg_temp.forged(place, CASE WHEN understand THEN 3 ELSE 1 END), understand),
                 '22023', 'after is not a cursor of this search', why)
FROM (VALUES ('1.1.4.1.0.1', true, 'a step that does not exist'), ('1.1.77.1.0.1', true, 'one far beyond'), ('1.1.-1.1.0.1', true, 'a negative one'),
             ('1.1.0.1.0.1', false, 'a step of what was understood where nothing is'), ('1.1.1.1.0.1', false, 'another one'),
             ('0.1.3.1.0.1', true, 'a rank before the first'), ('-7.1.3.1.0.1', true, 'a negative one'), ('2147483647.1.3.1.0.1', true, 'the last one there is')) AS f (place, understand, why);

-- Nor is what a place is sorted by: in every order it is a number, or what numeric has besides.
CREATE FUNCTION pg_temp.asked_behind(key text, sort text, flags bigint) RETURNS text LANGUAGE sql
RETURN (SELECT format('SELECT * FROM shopsmart_search(%L, after => %L, sort => %L)', 'lamp', pg_temp.forged(regexp_replace(substr(f.cursor, 17), '^((\d+\.){4}).*', '\1') || key, flags), sort)
        FROM shopsmart_search('lamp', 1, sort => asked_behind.sort) AS f);
SELECT throws_ok(pg_temp.asked_behind(key, sort, flags), '22023', 'after is not a cursor of this search', format('by %s, behind %s', sort, key))
FROM unnest('{x,-,1x,0x10,1e999999,1e-999999}'::text[]) AS key, (VALUES ('price_asc', 15), ('newest', 39)) AS s (sort, flags);
SELECT lives_ok(pg_temp.asked_behind(key, 'price_asc', 15), 'but behind ' || key) FROM unnest('{-1.5,1e-05,NaN}'::text[]) AS key;

SELECT * FROM finish();
ROLLBACK;
