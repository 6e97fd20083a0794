-- Edges of shopsmart_parse_query: what is understood, what is not, and where it stood.
\ir ../fixture/start.psql
SELECT plan(41);

INSERT INTO shop.categories (category_id, parent_id, name) VALUES (1, NULL, 'Shoes'), (2, 1, 'Running shoes'), (3, NULL, 'Men'), (4, 3, 'Shoes'), (5, NULL, 'Home & Garden');
INSERT INTO shop.products (product_id, name, brand, category_id, attributes) VALUES
    (1, 'Pegasus', 'Nike', 2, '{"color": "red", "size": [41, 42]}'), (2, 'Air Max', 'NIKE', 1, '{"color": "Dark Blue", "size": "M"}'),
    (3, 'Trail', 'New Balance', 4, '{"color": ["green"], "size": "XL"}'), (4, 'Watch band for Apple', 'Spiegel', NULL, '{"color": "orange"}'),
    (5, 'Watch case for Apple', 'Spiegel', NULL, '{}'), (6, 'Watch stand for Apple', 'Orange', NULL, '{"fit": "loose"}'), (7, 'Watch', 'Apple', 5, '{"colour": "silver"}'),
    (8, 'Café chair', 'L''Oréal', 5, '{"color": null, "size": {"a": 1}}');
SELECT throws_ok($$SELECT shopsmart_parse_query('x')$$, '55000', 'there is no search index', 'without an index');
SELECT shopsmart_setup_search('english') \g /dev/null

CREATE FUNCTION pg_temp.part(query text, part text) RETURNS text LANGUAGE sql RETURN shopsmart_parse_query(query) ->> part;
SELECT is(pg_temp.part(query, 'filter')::jsonb, expected::jsonb, format('"%s": %s', query, why)) FROM (VALUES
    ('red runing shoes under 80', '{"price": {"lte": 80}, "category": [2], "attributes": {"color": "red"}}', 'all at once'),
    ('under €1,299.99', '{"price": {"lte": 1299.99}}', 'cents'), ('over 20 under 50', '{"price": {"gte": 20, "lte": 50}}', 'two bounds'), ('between 50 and 20', '{"price": {"gte": 20, "lte": 50}}', 'in any order'),
    ('watch under 10 inch', '{}', 'no price'), ('at least 4 stars', '{"rating": {"gte": 4}}', 'a rating'),
    ('nike', '{"brand": ["NIKE", "Nike"]}', 'all spellings of a brand'), ('new balance or nike', '{"brand": ["New Balance", "NIKE", "Nike"]}', 'two brands'), ('balance', '{}', 'half a brand'),
    ('nikes', '{"brand": ["NIKE", "Nike"]}', 'another form'), ('l''oreal', '{"brand": ["L''Oréal"]}', 'without accent'), ('LORÉAL', '{"brand": ["L''Oréal"]}', 'in capitals'),
    ('shoes', '{"category": [1, 4]}', 'categories of the same name'), ('running shoe', '{"category": [2]}', 'the longest name'), ('shoes men', '{"category": [3]}', 'the narrower category'),
    ('home and garden', '{"category": [5]}', 'a sign as a word'), ('home & garden', '{"category": [5]}', 'as it is written'),
    ('apple watch band', '{}', 'most products that name the brand are made by others'), ('dark-blue', '{"attributes": {"color": "Dark Blue"}}', 'a value of two words'),
    ('red green', '{"attributes": {"color": "red"}}', 'one value an attribute'), ('green', '{"attributes": {"color": ["green"]}}', 'a value in an array'), ('silver', '{"attributes": {"colour": "silver"}}', 'another attribute'),
    ('42', '{}', 'a number alone'), ('size 42', '{"attributes": {"size": [42]}}', 'with its name'), ('m', '{}', 'a letter alone'), ('size m', '{"attributes": {"size": "M"}}', 'with its name'), ('xl', '{"attributes": {"size": "XL"}}', 'letters alone'),
    ('loose', '{}', 'an attribute that the setting does not name'), ('purple', '{}', 'no value of the catalog'), ('', '{}', 'nothing'), ('?!', '{}', 'no words')) AS q (query, expected, why);
SELECT is(pg_temp.part('cheapest red pegasus under $80', 'text'), 'pegasus', 'what is left');
SELECT is(pg_temp.part('cheapest red nike', 'words'), 'nike', 'names are looked for as words too, values of attributes are not');
SELECT is(pg_temp.part('red', 'words'), 'red', 'unless there is nothing else');
SELECT is(pg_temp.part('newest pegasus', 'sort'), 'newest', 'an order');
SELECT is(shopsmart_parse_query('Über €20 pegasus  not a red one') -> 'recognized', '[{"kind": "without", "start": 19, "length": 9, "text": "not a red", "leaves_out": {"attributes": {"color": "red"}}}]', 'characters, not bytes');
SELECT is(shopsmart_parse_query('pegasus -new balance') #>> '{recognized,0,text}', '-new balance', 'a name of two words');
SELECT is(shopsmart_parse_query('red box not red') -> 'filter', '{"attributes": {"color": "red"}}', 'what is asked for cannot be unwanted');
SELECT is(shopsmart_parse_query('shoos', correct => false) -> 'filter', '{}', 'uncorrected');
SET LOCAL shopsmart.search_attributes = ' fit ';
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT is(pg_temp.part('loose red', 'filter')::jsonb, '{"attributes": {"fit": "loose"}}', 'other attributes');

SELECT * FROM finish();
ROLLBACK;
