-- Edges of shopsmart_did_you_mean: what is corrected, what is not, and which word is chosen.
\ir ../fixture/start.psql
SELECT plan(66);

INSERT INTO shop.categories (category_id, name) VALUES (1, 'Trousers');
INSERT INTO shop.products (product_id, name, brand, category_id, description) VALUES
    (1, 'Running shoes', 'Nike', NULL, 'comfortable'), (2, 'Running jacket', 'Adidas', 1, NULL), (3, 'Cunning fox book', 'Zen', NULL, NULL),
    (4, 'WH-1000XM4 headphones', 'Sony', NULL, NULL), (5, 'T-shirt', NULL, NULL, NULL), (6, 'Café chair', NULL, NULL, NULL), (7, 'Straße map', NULL, NULL, NULL),
    (8, 'Bolt', NULL, NULL, NULL), (9, 'Boat', NULL, NULL, NULL), (10, 'Boat', NULL, NULL, NULL),
    (11, repeat('y', 32), NULL, NULL, NULL), (12, repeat('z', 33), NULL, NULL, NULL), (13, U&'\043A\0440\043E\0432\0430\0442\044C', NULL, NULL, NULL);
SELECT throws_ok($$SELECT shopsmart_did_you_mean('x')$$, '55000', 'there is no search index', 'without an index');
SELECT shopsmart_setup_search('english') \g /dev/null

SELECT is(shopsmart_did_you_mean(query), expected, format('"%s": %s', query, why)) FROM (VALUES
    ('runing shoes', 'running shoes', 'a letter is missing'), ('runnning', 'running', 'a letter too many'), ('runninf', 'running', 'another letter'),
    ('runnign', 'running', 'two letters swapped'), ('ruuninf', 'running', 'two edits in a long word'), ('shos', 'shoes', 'one edit in a short word'),
    ('sjos', NULL, 'not two'), ('sho', NULL, 'none in a very short one'), ('adidsa nkie', 'adidas nike', 'two words'),
    ('bunning', 'running', 'of words equally near the frequent one'), ('boxt', 'boat', 'again'),
    ('headp', 'headphones', 'the beginning of a word'), ('trowsers', 'trousers', 'a category'), ('sonny wh-1000xm4', 'sony wh-1000xm4', 'model numbers stay'),
    ('wh1000xm5', NULL, 'also wrong ones'), ('confortable', NULL, 'words of descriptions are not for correcting by'), ('comfortable', NULL, 'but known'),
    ('run', NULL, 'another form of a word is known'), ('the shoe', NULL, 'a stop word'), ('zzzzzz', NULL, 'nothing is near'), ('zzzzzz runing', 'zzzzzz running', 'what is not near stays'),
    ('tshirt', NULL, 'a compound put together'), ('t-shrit', 't-shirt', 'a part of a compound'), ('cafe', NULL, 'no accent'), ('cxfe', 'cafe', 'is known without'), ('CXFÉ', 'cafe', 'in capitals'),
    ('strase', 'strasse', 'a sharp s'), (repeat('y', 31), repeat('y', 32), 'the longest word'), (repeat('y', 34), NULL, 'nothing as long'), (repeat('z', 32), NULL, 'longer ones are not for correcting by'),
    (U&'\043A\0440\043E\0432\0430\0442', U&'\043A\0440\043E\0432\0430\0442\044C', 'other scripts, by bytes'),
    ('', NULL, 'nothing'), (''' '''' !! \ & |', NULL, 'no words'), (repeat('runing ', 40), repeat('running ', 32) || repeat('runing ', 8), 'the first 32 words')) AS q (query, expected, why);
SELECT is(length(shopsmart_did_you_mean(repeat('runing ', 1000))), 1032, 'the first 1,000 characters');
INSERT INTO shop.products (product_id, name) VALUES (20, 'Runing gear');
SELECT is(shopsmart_did_you_mean('runing shoes'), NULL, 'a word of a new product is known');
SELECT is(shopsmart_did_you_mean('gaer'), NULL, 'for correcting by it waits for a rebuild');

-- Which word is meant, the others tell. Of 2,000 products one holds each of the rare words "bot", "omen" and "wrest".
INSERT INTO shop.products (product_id, name)
    SELECT 100 + i, CASE i % 8 WHEN 0 THEN 'Rain boot' WHEN 1 THEN 'Cleaning robot' WHEN 2 THEN 'Kitchen towels' WHEN 3 THEN 'Garden tools' WHEN 4 THEN 'Golf clubs'
                                   WHEN 5 THEN 'Dress for women' WHEN 6 THEN 'Speaker' ELSE 'Snow boots' END FROM generate_series(1, 2000) AS i;
INSERT INTO shop.products (product_id, name) VALUES (3001, 'Chat bot'), (3002, 'Old omen'), (3003, 'Wrest'), (3004, 'Sharkbite fitting'), (3005, 'Rain bat'), (3006, 'Hat');
SELECT shopsmart_rebuild_search() \g /dev/null
SELECT is(shopsmart_did_you_mean(query), expected, format('"%s": %s', query, why)) FROM (VALUES
    ('kitchen toels', 'kitchen towels', 'what goes with kitchens'), ('garden toels', 'garden tools', 'and with gardens'), ('cleaning obot', 'cleaning robot', 'another first letter'),
    ('obot', 'boot', 'alone the more frequent one'), ('rain bot', 'rain boot', 'a rare word beside what it does not go with'), ('chat bot', NULL, 'and beside what it does'),
    ('bot', NULL, 'and alone'), ('omen dress', 'women dress', 'a rare word of four letters'), ('omen', NULL, 'stays alone, being nearly as long'), ('old omen', NULL, 'or where it belongs'),
    ('wrest', NULL, 'nothing is near'), ('rain bat', NULL, 'two products may differ in a letter'),
    ('golfclubs', 'golf clubs', 'two words as one'), ('gol fclubs', 'golf clubs', 'the space too late'), ('golfc lubs', 'golf clubs', 'the space too early'), ('spea ker', 'speaker', 'a word as two'),
    ('kitchenclubs', NULL, 'no product holds both'), ('gol-fclubs', 'golf-clubs', 'not where no space is: each by itself'), ('shark bite', 'sharkbite', 'both are unknown'),
    ('robtos', 'robot', 'a plural that nobody wrote'), ('rai boots', 'rain boots', 'three letters beside others'), ('rai', NULL, 'not alone'), ('rai towels', NULL, 'nor beside what it does not go with'),
    ('obot cleanig', 'robot cleaning', 'two errors: the longer word tells about the shorter one')) AS q (query, expected, why);

SELECT is(shopsmart_parse_query(query) ->> 'words', shopsmart_did_you_mean(query), format('"%s": is searched for as it says', query))
FROM unnest('{kitchen toels,golfclubs,gol fclubs,spea ker for kitchen toels}'::text[]) AS query;

SELECT * FROM finish();
ROLLBACK;
