-- Edges of shopsmart_suggest: where the last word begins, what is corrected, which brands and categories are left out.
\ir ../fixture/start.psql
SELECT plan(42);

INSERT INTO shop.categories (category_id, parent_id, name) VALUES (1, NULL, 'Écouteurs & Audio'), (2, 1, 'Headphones'), (3, NULL, 'Headless chickens'), (4, NULL, 'Runners');
INSERT INTO shop.products (product_id, sku, name, brand, category_id, is_active) VALUES
    (1, 'AB-12/X', 'WH-1000XM4 headphones', 'Sony', 2, true), (2, NULL, 'Running shoes', 'Black & Decker', NULL, true),
    (3, NULL, 'Runner rug', 'Sonos', NULL, true), (4, NULL, 'Runner rug', 'Sonos', NULL, true), (5, NULL, 'Sofa', 'Gone', 4, false),
    (6, NULL, 'Men''s café racer jacket', 'L''Oréal', NULL, true), (7, NULL, 'Headband', '***', NULL, true), (8, NULL, 'Long', repeat('y', 255), NULL, true),
    (9, NULL, 'Longer', repeat('z', 256), NULL, true), (10, NULL, 'Wheel 10 in.', '', NULL, true);
SELECT throws_ok($$SELECT * FROM shopsmart_suggest('run')$$, '55000', 'there is no search index', 'without an index');
SELECT shopsmart_setup_search('english') \g /dev/null

CREATE FUNCTION pg_temp.suggested(prefix text, k integer DEFAULT 8) RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(CASE kind WHEN 'product' THEN product_id::text WHEN 'category' THEN 'c' || category_id ELSE left(suggestion, 20) END, ' ' ORDER BY rank) FROM shopsmart_suggest(prefix, k));
SELECT is(pg_temp.suggested(prefix), expected, format('"%s": %s', left(prefix, 40), why)) FROM (VALUES
    ('run', '3 4 2', 'the word that more products hold counts more'), ('runn', '3 4 2', 'a part of a stem'), ('runnin', '2', 'beyond the stem'), ('running', '2', 'a whole word'),
    ('runner ', '3 4', 'a finished word'), ('runer ru', '3 4 2', 'a finished word is corrected'), ('hedphones', 'c2 1', 'so is a last one that nothing begins with'),
    ('RUNNER R', '3 4 2 6', 'capitals'), ('cafe rac', '6', 'no accent'), ('CAFÉ RAC', '6', 'an accent in capitals'), ('men', '6', 'before an apostrophe'), ('men''', '6', 'after it'), ('men''s', '6', 'a letter later'),
    ('so', 'Sonos Sony 3 4 1', 'brands, that with most products first; a product that is not active hides'), ('sony', 'Sony 1', 'a whole brand'), ('sony hea', 'c2 1 7', 'after a brand a category'),
    ('black & d', 'Black & Decker 2', 'signs in a brand'), ('black and d', 'Black & Decker 2', 'written out'), ('black d', 'Black & Decker 2', 'left out'), ('loreal', 'L''Oréal 6', 'a brand without apostrophe and accent'), ('l''or', 'L''Oréal 6', 'with one'),
    ('gone', NULL, 'a brand of which nothing is active'), ('ecou', 'c1', 'a category that only its descendants fill'), ('audio', 'c1', 'a later word of it'), ('headp', 'c2 1', 'a category'), ('headl', NULL, 'an empty category'),
    ('wh-1000', '1', 'a model number'), ('wh1000', '1', 'together'), ('wh 1000x', '1', 'apart'), ('wh-1000-x', '1', 'in other parts'), ('ab12', '1', 'a SKU'), ('10', '10 1', 'a number itself before one that goes on'),
    (repeat('y', 255), repeat('y', 20) || ' 8', 'a long brand'), (repeat('z', 20), NULL, 'a longer one is left out'), ('', NULL, 'nothing'), (' ', NULL, 'a space'), (''' '''' !! \ & | :*', NULL, 'no words'), (U&'\+01F389', NULL, 'a picture')) AS q (prefix, expected, why);
SELECT is(pg_temp.suggested('so', 3), '3 4 1', 'fewer than four are products alone');
SELECT is(pg_temp.suggested('so', 4), 'Sonos 3 4 1', 'a quarter are brands');
UPDATE shop.categories SET name = 'Hats' WHERE category_id = 2;
SELECT is(pg_temp.suggested('headp'), '1', 'a category that got another name waits for a rebuild');

SELECT * FROM finish();
ROLLBACK;
