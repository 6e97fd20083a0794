-- What holds for every understood query: a search finds what plain SQL says that it asks for, and a search of its parts is the same; what
-- fills the page below is relaxed.
\ir ../fixture/start.psql
SELECT plan(8);

SELECT setseed(0.6) \g /dev/null
INSERT INTO shop.categories (category_id, parent_id, name) VALUES (1, NULL, 'Lamps'), (2, 1, 'Desk lamps'), (3, NULL, 'Chairs');
INSERT INTO shop.products (product_id, name, brand, category_id, price, rating, created_at, attributes)
SELECT p, (ARRAY['Bright', 'Plain', 'Hooded', 'Plain no hood'])[1 + p % 4] || ' thing', (ARRAY['Acme', 'Zen', 'Blue Moon'])[1 + p % 3], 1 + p % 3, round((100 * random())::numeric, 2), p % 6,
       '2026-01-01 00:00Z'::timestamptz + p * interval '1 hour', jsonb_build_object('color', (ARRAY['red', 'green', 'black'])[1 + p / 3 % 3]) FROM generate_series(1, 400) AS p;
SELECT shopsmart_setup_search('english') \g /dev/null

SELECT set_eq(format('SELECT product_id FROM shopsmart_search(%L, 1000) WHERE answered_by = ''words''', query), format('SELECT product_id FROM shop.products WHERE %s', condition), query) FROM (VALUES
    ('thing by acme under 50', $$brand = 'Acme' AND price <= 50$$), ('red thing between 20 and 40 dollars', $$attributes ->> 'color' = 'red' AND price BETWEEN 20 AND 40$$),
    ('things 4 stars and up not blue moon', $$rating >= 4 AND brand <> 'Blue Moon'$$), ('thing without hood', $$name !~ 'Hooded'$$), ('thing -red -acme', $$attributes ->> 'color' <> 'red' AND brand <> 'Acme'$$)) AS q (query, condition);
SELECT results_eq($$SELECT product_id FROM shopsmart_search('cheapest green thing of zen', 1000)$$, $$SELECT product_id FROM shop.products WHERE brand = 'Zen' AND attributes ->> 'color' = 'green' ORDER BY price, product_id$$, 'an order');
SELECT is_empty($$SELECT query FROM unnest('{acme thing,red lamp under 50,cheapest desk lamp,hooded zen thing over 30}'::text[]) AS query, shopsmart_parse_query(query) AS p
                  WHERE (SELECT array_agg(s.product_id ORDER BY rank) FROM shopsmart_search(query, 1000) AS s WHERE answered_by = 'words')
                        IS DISTINCT FROM (SELECT array_agg(s.product_id ORDER BY rank) FROM shopsmart_search(p ->> 'words', 1000, p -> 'filter', sort => p ->> 'sort', understand => false) AS s)$$,
                'the same as a search for its words with its filter and its order');
SELECT is_empty($$SELECT f.value FROM shopsmart_facets('red thing under 50', facets => '{brand}') AS f
                  WHERE products <> (SELECT count(*) FROM shopsmart_search('red thing under 50', 1000, adds) WHERE answered_by = 'words')$$, 'facets count what the search finds');

SELECT * FROM finish();
ROLLBACK;
