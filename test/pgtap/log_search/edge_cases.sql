-- Edges of shopsmart_log_search: every argument at and beyond its bounds, hostile texts, no log.
\ir ../fixture/start.psql
SELECT plan(40);

SELECT throws_ok('SELECT shopsmart_log_search(NULL, 1)', '22004', 'query must not be null', 'no query, not even without a log');
SELECT ok(shopsmart_log_search('red shoes', 1, 'words', 'ana') IS NULL, 'without a log there is no number');
SELECT is_empty('TABLE shop.users', '... and no user');
SELECT shopsmart_setup_search_log() \g /dev/null

SELECT throws_ok('SELECT shopsmart_log_search(''x'', NULL)', '22004', 'results must not be null', 'no results');
SELECT throws_ok('SELECT shopsmart_log_search(''x'', -1)', '22023', 'results must not be negative', 'less than none');
SELECT lives_ok('SELECT shopsmart_log_search(''x'', 2147483647)', 'very many');
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, ''guessed'')', '22023', 'unknown answered_by "guessed"', 'an unknown step');
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, repeat(''y'', 1000000))', '22023', 'unknown answered_by "' || repeat('y', 100) || '"', 'a long one');
SELECT lives_ok(format('SELECT shopsmart_log_search(''x'', 1, %L)', step), 'step ' || coalesce(step, 'none')) FROM unnest('{words,corrected,completed,partial,relaxed,NULL}'::text[]) AS step;
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, user_id => '''')', '22023', 'user_id must have 1 to 255 characters', 'an empty user');
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, user_id => repeat(''x'', 256))', '22023', 'user_id must have 1 to 255 characters', 'a user of 256 characters');
SELECT lives_ok('SELECT shopsmart_log_search(''x'', 1, user_id => repeat(''ü'', 255))', 'one of 255');
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, searched_at => ''infinity'')', '22023', 'searched_at must be finite', 'infinity');
SELECT lives_ok('SELECT shopsmart_log_search(''x'', 1, searched_at => ''4714-11-24 00:00Z BC'')', 'the first moment there is');

-- Users who cannot be made, or seen.
INSERT INTO shop.users (user_id, external_id) SELECT last_value + 1, 'loaded' FROM shop.users_user_id_seq;
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, user_id => ''new'')', '23505', 'user "new" cannot be made', 'the next number is taken');
ALTER TABLE shop.users ENABLE ROW LEVEL SECURITY;
CREATE ROLE regress_shopsmart_writer;
SELECT shopsmart_grant('regress_shopsmart_writer', 'write') \g /dev/null
CREATE POLICY none ON shop.users TO regress_shopsmart_writer USING (false) WITH CHECK (true);
SET LOCAL ROLE regress_shopsmart_writer;
SELECT throws_ok('SELECT shopsmart_log_search(''x'', 1, user_id => ''loaded'')', '42501', 'you may not act for user "loaded"', 'a user whom a policy hides');
SELECT lives_ok('SELECT shopsmart_log_search(''x'', 1)', '... is no hindrance for others');
RESET ROLE;

-- Texts as people and others type them.
CREATE TEMPORARY TABLE typed AS SELECT shopsmart_log_search(query, 0) AS search_id, * FROM (VALUES
    ('', '', 'nothing'), ('  ', '', 'spaces'), ('???', '', 'signs alone'), (' Red   SHOES! ', 'red shoes', 'spaces, capitals, signs'), ('Café-Racer', 'cafe racer', 'accents and hyphens'),
    ('men''s', 'mens', 'an apostrophe'), ('black & decker', 'black and decker', 'a sign that is a word'), ('''; DROP TABLE shop.users; --', 'drop table shop users', 'SQL'),
    ('<b>red</b>', 'b red b', 'HTML'), (U&'\05e0\05e2\05dc\05d9\05d9\05dd \05d0\05d3\05d5\05de\05d5\05ea', U&'\05e0\05e2\05dc\05d9\05d9\05dd \05d0\05d3\05d5\05de\05d5\05ea', 'from right to left'),
    (U&'\+01F389\+01F460', '', 'pictures'), (U&'party \+01F389', 'party', 'a word and a picture')) AS q (query, expected, why);
SELECT is(s.normalized_query, t.expected, t.why) FROM typed t JOIN shop.searches s USING (search_id) ORDER BY search_id;
SELECT is_empty('SELECT FROM typed t JOIN shop.searches s USING (search_id) WHERE s.query <> t.query', 'each is kept as it was typed');
CREATE TEMPORARY TABLE long AS SELECT shopsmart_log_search(query, 0) AS search_id, expected, why FROM (VALUES
    (repeat('ü', 1000), '1000 1000', '1,000 characters'), (repeat('ü', 1001), '1000 1000', '1,001 are cut'),
    (repeat('word ', 10000), '1000 999', '10,000 words are cut'), (repeat(U&'\FDFA', 1000), '1000 1000', 'letters that are written out as many')) AS q (query, expected, why);
SELECT is(char_length(s.query) || ' ' || char_length(s.normalized_query), l.expected, l.why) FROM long l JOIN shop.searches s USING (search_id) ORDER BY search_id;
SELECT lives_ok('SELECT shopsmart_log_search(repeat(''x'', 10000000), 0)', 'ten million characters');

SELECT * FROM finish();
ROLLBACK;
