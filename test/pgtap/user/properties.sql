-- What holds for every order of shopsmart_user, on three random shops, for many users, filters and settings.
\ir ../fixture/random_shop.psql
\ir ../fixture/orders.psql
SELECT plan(11);

-- User 51 and 52 do not exist.
CREATE TEMPORARY TABLE request AS
SELECT 'user ' || u AS user_id, '2026-06-30 12:00Z'::timestamptz - make_interval(days => u % 3) AS as_of, f.condition, f.filter FROM generate_series(1, 52) AS u, filter f;
CREATE TEMPORARY TABLE answer (shop double precision, user_id text, as_of timestamptz, condition text, filter jsonb, by_index bigint[], by_sort bigint[], shown bigint[], recommended bigint[], seen bigint[]);
CREATE PROCEDURE pg_temp.ask(shop double precision) LANGUAGE sql AS $$
    INSERT INTO pg_temp.answer
    SELECT shop, q.user_id, q.as_of, q.condition, q.filter, pg_temp.by_index(ranking, q.condition), pg_temp.by_sort(ranking, q.condition),
           pg_temp.by_index(ranking, format('p.is_active AND p.product_id NOT IN (SELECT shopsmart_seen(%L, %L)) AND (%s)', q.user_id, q.as_of, q.condition)),
           ARRAY(SELECT r.product_id FROM shopsmart_recommend(q.user_id, 1000, filter => q.filter, as_of => q.as_of) r ORDER BY r.rank),
           ARRAY(SELECT shopsmart_seen(q.user_id, q.as_of))
    FROM pg_temp.request q, shopsmart_user(q.user_id, q.as_of) AS ranking
$$;
CALL pg_temp.ask(0.5);
CALL oracle.random_shop(0.25, 50, 40, 600, :'now');
SELECT shopsmart_rebuild_similarity('2160 hours', :'now'), shopsmart_refresh_trending(:'now') \g /dev/null
CALL pg_temp.ask(0.25);
-- Few products, so that long histories leave little; no trending yet.
CALL oracle.random_shop(0.75, 50, 12, 2000, :'now');
SELECT shopsmart_rebuild_similarity('2160 hours', :'now') \g /dev/null
DELETE FROM shopsmart.generations WHERE kind = 'trending';
CALL pg_temp.ask(0.75);

SELECT cmp_ok((SELECT sum(cardinality(by_index)) FROM answer), '>', 10000::bigint, 'there is something to judge');
SELECT is_empty('SELECT shop, user_id, as_of, condition, by_index, by_sort FROM answer WHERE by_index <> by_sort', 'the index gives what a sort gives');
SELECT is_empty('SELECT shop, user_id, as_of, condition, shown, recommended FROM answer WHERE shown <> recommended', 'active products that were not seen: as shopsmart_recommend() shows them');
SELECT is_empty($$SELECT a.shop, a.user_id FROM answer a JOIN answer w USING (shop, user_id) WHERE w.condition = 'true'
                  AND a.by_index <> ARRAY(SELECT p FROM unnest(w.by_index) WITH ORDINALITY AS o(p, place) WHERE p = ANY (a.by_index) ORDER BY place)$$, 'a condition leaves products out and moves none');
SELECT is_empty($$SELECT shop, user_id FROM answer WHERE condition = 'true' AND cardinality(by_index) <> CASE shop WHEN 0.75 THEN 12 ELSE 40 END$$, 'every product comes');
SELECT is_empty($$SELECT shop, user_id, condition FROM answer WHERE cardinality(by_index) <> (SELECT count(DISTINCT p) FROM unnest(by_index) AS p)$$, 'once');
SELECT is_empty($$SELECT shop, user_id, by_index, seen FROM answer WHERE condition = 'true' AND by_index[cardinality(by_index) - cardinality(seen) + 1 :] <> seen$$, 'seen products come last, newest first');
SELECT cmp_ok((SELECT count(*) FROM answer WHERE seen <> '{}'), '>', 300::bigint, '... for those who saw some');

-- What decides about the stages changes both plans alike, in one session.
CREATE PROCEDURE pg_temp.compare_with(setting text, value text) LANGUAGE plpgsql AS $$
BEGIN
    TRUNCATE pg_temp.answer;
    PERFORM set_config(setting, value, true);
    CALL pg_temp.ask(0.75);
    RAISE DEBUG '% = %', setting, value;
    INSERT INTO pg_temp.difference SELECT setting || ' = ' || value, user_id FROM pg_temp.answer WHERE by_index <> by_sort OR shown <> recommended;
END
$$;
CREATE TEMPORARY TABLE difference (setting text, user_id text);
SELECT shopsmart_refresh_trending(:'now') \g /dev/null
CALL pg_temp.compare_with('shopsmart.personalized_first_from', '1000');
CALL pg_temp.compare_with('shopsmart.personalized_from', '4');
CALL pg_temp.compare_with('shopsmart.history_events', '3');
CALL pg_temp.compare_with('shopsmart.trending_window', '30d');
CALL pg_temp.compare_with('shopsmart.scored_neighbors', '2');
SELECT is_empty('SELECT * FROM difference', 'all the same under other settings');
CALL pg_temp.compare_with('shopsmart.direct_reads', 'off');
SELECT is_empty('SELECT * FROM difference', '... and without direct reads');

-- A page is the beginning of the whole.
SELECT is_empty($$SELECT u, k FROM generate_series(1, 20) AS u, unnest('{0,1,3,10,39}'::bigint[]) AS k, shopsmart_user('user ' || u, '2026-06-30 12:00Z') AS r
                  WHERE pg_temp.by_index(r, k => k) <> (pg_temp.by_index(r))[:k] OR pg_temp.by_sort(r, k => k) <> (pg_temp.by_index(r))[:k]$$, 'a page is the beginning of the whole order');

SELECT * FROM finish();
ROLLBACK;
