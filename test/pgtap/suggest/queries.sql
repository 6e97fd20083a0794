-- Queries of others in shopsmart_suggest: only what enough users typed and the catalog knows; by whom is told to nobody.
\ir ../fixture/start.psql
SELECT plan(35);

INSERT INTO shop.categories (category_id, name) VALUES (1, 'Shoes');
INSERT INTO shop.products (product_id, sku, name, brand, category_id, price) VALUES
    (1, NULL, 'Red shoes', 'Redback', 1, 50), (2, NULL, 'Blue shoes', NULL, 1, 90), (3, NULL, 'Café racer jacket', 'Zen', NULL, 20), (4, 'WH-1000', 'Men''s USB-C cable 1/2 inch', NULL, NULL, 5);
SELECT shopsmart_setup_search('english'), shopsmart_setup_search_log() \g /dev/null
CREATE FUNCTION pg_temp.type(query text, people integer[], at timestamptz DEFAULT now()) RETURNS bigint LANGUAGE sql
RETURN (SELECT count(shopsmart_log_search(query, 1, 'words', 'user ' || p, at)) FROM unnest(people) AS p);
CREATE FUNCTION pg_temp.suggested(prefix text, k integer DEFAULT 40) RETURNS text LANGUAGE sql
RETURN (SELECT string_agg(suggestion, ', ' ORDER BY rank) FROM shopsmart_suggest(prefix, k) WHERE kind = 'query');
CREATE FUNCTION pg_temp.chosen(min_users bigint DEFAULT 3) RETURNS text[] LANGUAGE sql VOLATILE AS
$$SELECT shopsmart.suggest_queries(min_users); SELECT array_agg(query ORDER BY query COLLATE "C") FROM shopsmart.suggested_queries$$;

-- Who typed it.
SELECT is(pg_temp.chosen(), NULL, 'nothing was logged');
SELECT pg_temp.type('red shoes', '{1,2}') \g /dev/null
SELECT is(pg_temp.chosen(), NULL, 'two users are too few');
SELECT pg_temp.type('red shoes', '{1,1,2,2,2}') \g /dev/null
SELECT is(pg_temp.chosen(), NULL, '... however often they type it');
SELECT shopsmart_log_search('red shoes', 1) FROM generate_series(1, 5) \g /dev/null
SELECT is(pg_temp.chosen(), NULL, 'people nobody knows may be one');
SELECT pg_temp.type('RED   shoes ', '{3}') \g /dev/null
SELECT is(pg_temp.chosen(), '{red shoes}', 'three are enough, capitals and spaces apart');
SELECT is(pg_temp.chosen(4), NULL, '... unless the shop wants four');
SELECT is(pg_temp.chosen(3), '{red shoes}', '... it is chosen anew each time');
SELECT results_eq('SELECT suggested_queries::text FROM shopsmart.suggested_queries', $$VALUES ('("red shoes","red shoes",3)')$$, 'what is kept tells of no user');
SELECT throws_ok('SELECT shopsmart.suggest_queries(1)', '22023', 'min_users must be at least 2', 'one is not several');
SELECT pg_temp.type('blue shoes', '{1,2,3}', now() - interval '31 days'), pg_temp.type('shoes', '{1,2,3}', now() + interval '1 day') \g /dev/null
SELECT is(pg_temp.chosen(), '{red shoes}', 'a month ago and tomorrow do not count');
SELECT pg_temp.type('shoes', '{1,2,3}') \g /dev/null

-- What was typed.
SELECT pg_temp.type(query, '{1,2,3,4}') FROM unnest(ARRAY['anna smith', 'red shoes for anna', 'Café Racer', 'men''s', 'usb-c', 'wh-1000', '1/2 inch', 'racer <script>', 'jacket " onclick=', 'cable' || U&'\202E' || 'x',
    'cable ' || U&'\+01F389', repeat('red ', 26), '', '???', 'jackte', 'cable under 10']) AS query \g /dev/null
SELECT is(pg_temp.chosen(), ARRAY['1/2 inch', 'cable under 10', 'café racer', 'men''s', 'red shoes', 'shoes', 'usb-c', 'wh-1000'], 'nothing but words of the catalog, as they are written');
SELECT pg_temp.type('cafe racer', '{1,2,3,4,5,6}') \g /dev/null
SELECT is(pg_temp.chosen(), ARRAY['1/2 inch', 'cable under 10', 'cafe racer', 'men''s', 'red shoes', 'shoes', 'usb-c', 'wh-1000'], 'of two ways to write it the one of more users');
SELECT is(pg_temp.suggested(prefix), expected, format('"%s": %s', prefix, why)) FROM (VALUES
    ('re', 'red shoes', 'a part of a word'), ('RÉD  sh', 'red shoes', 'accents and capitals'), ('shoes red', NULL, 'another order'), ('redd shoes', NULL, 'a finished word that nothing is near to'), ('red shos', NULL, 'a last word that nothing begins with'),
    ('usb c', 'usb-c', 'without a sign'), ('1 2', '1/2 inch', 'a space for it'), ('wh-10', 'wh-1000', 'a model number'), ('caf', 'cafe racer', 'without its accent'), ('', NULL, 'nothing'), ('!', NULL, 'no word'), ('zen', NULL, 'what nobody typed')) AS q (prefix, expected, why)
WHERE prefix NOT IN ('redd shoes', 'red shos');
SELECT is(pg_temp.suggested('caffe ra'), 'cafe racer', 'a finished word is corrected');
SELECT is((SELECT array_agg(kind ORDER BY rank) FROM shopsmart_suggest('red', 8)), '{query,brand,product}', 'before brands and products');
SELECT is((SELECT array_agg(DISTINCT (product_id, category_id)::text) FROM shopsmart_suggest('red', 8) WHERE kind = 'query'), '{"(,)"}', 'they are no products');
SELECT is(pg_temp.suggested('red', 3), NULL, 'fewer than four are products alone');

-- The most popular ones first, a quarter of the rows.
INSERT INTO shopsmart.suggested_queries SELECT 'red ' || i, 'red ' || i, CASE i % 3 WHEN 0 THEN 50 ELSE i END FROM generate_series(10, 30) AS i;
SELECT is(pg_temp.suggested('red', 12), 'red 12, red 15, red 18', 'equals in the order of their words');
SELECT is((SELECT array_agg(suggestion ORDER BY rank) FROM shopsmart_suggest('red', 88) WHERE kind = 'query'),
          (SELECT array_agg(query) FROM (SELECT query FROM shopsmart.suggested_queries WHERE normalized_query LIKE 'red%' ORDER BY users DESC, normalized_query COLLATE "C" LIMIT 22) AS q), 'all of them in order');
CREATE ROLE regress_shopsmart_reader;
SELECT shopsmart_grant('regress_shopsmart_reader', 'read') \g /dev/null
SET LOCAL ROLE regress_shopsmart_reader;
SELECT is(pg_temp.suggested('red', 4), 'red 12', 'who may read is suggested the same');
RESET ROLE;
REVOKE SELECT ON shopsmart.suggested_queries FROM regress_shopsmart_reader;
SET LOCAL ROLE regress_shopsmart_reader;
SELECT throws_ok('SELECT pg_temp.suggested(''red'')', '42501', 'permission denied for table suggested_queries', 'who may not is told');
RESET ROLE;

-- Those who leave, and the log itself.
SELECT count(shopsmart_erase_user('user ' || i)) FROM generate_series(1, 2) AS i \g /dev/null
SELECT is(pg_temp.chosen(), '{cafe racer}', 'an erased user does not count any more');
DELETE FROM shopsmart.generations WHERE kind = 'search';
SELECT is(pg_temp.chosen(), NULL, 'without a search index nothing is suggested');
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT is(pg_temp.chosen(), '{cafe racer}', '... and with one again');
SELECT shopsmart_drop_search_log() \g /dev/null
SELECT is_empty('TABLE shopsmart.suggested_queries', 'suggestions go with the log');
SELECT is(pg_temp.suggested('caf'), NULL, '... at once');

SELECT * FROM finish();
ROLLBACK;
