-- What holds for every correction: the chosen word is one of the likeliest, found here by looking at all words.
\ir ../fixture/start.psql
SELECT plan(5);

SELECT setseed(0.5) \g /dev/null
CREATE FUNCTION pg_temp.word(length integer) RETURNS text VOLATILE LANGUAGE sql
RETURN (SELECT string_agg(chr(97 + floor(5 * random())::integer), '') FROM generate_series(1, length));
INSERT INTO shop.products (product_id, name) SELECT i, pg_temp.word(4 + (i % 7)::integer) FROM generate_series(1, 300) AS i;
SELECT shopsmart_setup_search('simple') \g /dev/null
CREATE TEMPORARY TABLE word AS SELECT name AS word, count(*) AS products FROM shop.products GROUP BY 1;
CREATE TEMPORARY TABLE query AS SELECT DISTINCT pg_temp.word(4 + (i % 6)::integer) AS query FROM generate_series(1, 400) AS i;
DELETE FROM query WHERE query IN (SELECT word FROM word);

-- Optimal string alignment, as the textbooks have it.
CREATE FUNCTION pg_temp.distance(a text, b text) RETURNS integer IMMUTABLE LANGUAGE plpgsql AS $$
DECLARE
    d integer[] := array_fill(0, ARRAY[length(a) + 1, length(b) + 1], ARRAY[0, 0]);
BEGIN
    FOR i IN 0 .. length(a) LOOP d[i][0] := i; END LOOP;
    FOR j IN 0 .. length(b) LOOP d[0][j] := j; END LOOP;
    FOR i IN 1 .. length(a) LOOP
        FOR j IN 1 .. length(b) LOOP
            d[i][j] := least(d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (substr(a, i, 1) <> substr(b, j, 1))::integer);
            IF i > 1 AND j > 1 AND substr(a, i, 1) = substr(b, j - 1, 1) AND substr(a, i - 1, 1) = substr(b, j, 1) THEN
                d[i][j] := least(d[i][j], d[i - 2][j - 2] + 1);
            END IF;
        END LOOP;
    END LOOP;
    RETURN d[length(a)][length(b)];
END
$$;
-- Each product is one word, so that a word is as well supported as it is frequent.
CREATE TEMPORARY TABLE near AS
SELECT query, word, round(word.products * 0.02 ^ (distance - 1) * CASE WHEN left(word, 1) = left(query, 1) THEN 1 ELSE 0.3 END, 6) AS likelihood FROM query, word, pg_temp.distance(query, word) AS distance
WHERE distance <= CASE WHEN length(query) < 7 THEN 1 ELSE 2 END;
CREATE TEMPORARY TABLE answer AS SELECT query, shopsmart_did_you_mean(query) AS corrected FROM query;

SELECT cmp_ok((SELECT count(DISTINCT query) FROM near), '>', 100::bigint, 'there is something to judge');
SELECT is_empty('SELECT query FROM answer JOIN near USING (query) WHERE corrected IS NULL', 'whoever has a near word gets one');
SELECT is_empty($$SELECT query, corrected FROM answer WHERE corrected IS NOT NULL AND query IN (SELECT n.query FROM near n) AND
                  NOT EXISTS (SELECT FROM near n WHERE n.query = answer.query AND n.word = corrected
                              AND n.likelihood = (SELECT max(m.likelihood) FROM near m WHERE m.query = n.query))$$,
                'which is the likeliest');
SELECT is_empty($$SELECT query, corrected FROM answer WHERE corrected IS NOT NULL AND query NOT IN (SELECT n.query FROM near n) AND NOT starts_with(corrected, query)$$, 'or goes on where the query ends');
SELECT is_empty($$SELECT query FROM answer WHERE corrected IS DISTINCT FROM shopsmart_did_you_mean(query)
                  UNION ALL SELECT query FROM answer WHERE shopsmart_did_you_mean(corrected) IS NOT NULL$$, 'a correction needs no other');

SELECT * FROM finish();
ROLLBACK;
