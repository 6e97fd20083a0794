-- Edges of shopsmart_search: hostile queries, ways to write a model number, no index.
\ir ../fixture/start.psql
SELECT plan(37);

INSERT INTO shop.categories (category_id, name) VALUES (1, 'Écouteurs'), (2, 'Cables');
INSERT INTO shop.products (product_id, sku, name, brand, category_id, description) VALUES
    (1, 'AB-12/X', 'Sony WH-1000XM4 headphones', 'Sony', 1, 'noise <b class="x">canceling</b> &amp; light'),
    (2, NULL, 'USB-C cable 10ft', 'Anker', 2, NULL),
    (3, NULL, 'Men''s café racer jacket', 'L''Oréal', NULL, 'a 1-1/2 inch zip'),
    (4, NULL, 'Bolt 1/2 in. x 3 in.', NULL, NULL, 'costs 1,000 crowns'),
    (5, NULL, 'Ørsted Straße lamp', NULL, NULL, repeat('lamp ', 3)),
    (6, NULL, U&'\0645\0635\0628\0627\062D', NULL, NULL, U&'\+01F389 party');
SELECT throws_ok($$SELECT * FROM shopsmart_search('cable')$$, '55000', 'there is no search index', 'without an index');
SELECT shopsmart_setup_search('english') \g /dev/null

CREATE FUNCTION pg_temp.found(query text) RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(s.product_id::text, ' ' ORDER BY s.rank) FROM shopsmart_search(query, correct => false) AS s);
SELECT is(pg_temp.found(query), expected, format('"%s"', query)) FROM (VALUES
    ('wh-1000xm4', '1'), ('WH1000XM4', '1'), ('wh 1000xm4', '1'), ('wh-1000-xm4', '1 4'), ('ab12x', '1'), ('AB-12/X', '1 4'), ('ab 12 x', '1 4'),
    ('usb-c', '2'), ('usbc', '2'), ('usb c', '2'), ('10 ft', '2'), ('10ft', '2'),
    ('mens', '3'), ('MEN''S', '3'), ('cafe', '3'), ('CAFÉ', '3'), (U&'cafe\0301', '3'), ('loreal', '3'), (U&'l\2019oreal', '3'),
    ('1/2', '4 3'), (U&'\00BD', '4 3'), ('1-1/2', '3 4'), ('1000', '4'), ('ecouteur', '1'), ('orsted strasse', '5'), ('canceling', '1'), ('class', NULL), ('amp', NULL),
    (U&'\0645\0635\0628\0627\062D', '6'), (U&'party \+01F389', '6'),
    ('', NULL), ('the of', NULL), (''' \ & | ! ( ) <-> :* %s %n ; --', NULL)) AS q (query, expected);
SELECT is(pg_temp.found(repeat('x', 996) || ' bolt'), NULL, 'only the first 1,000 characters count');
SELECT is(pg_temp.found(repeat('usb ', 10000)), '2', 'ten thousand words');
SELECT is((SELECT count(*) FROM shopsmart_search('cable', 1000, '{"category": 1}')), 0::bigint, 'a filter that none passes');

SELECT * FROM finish();
ROLLBACK;
