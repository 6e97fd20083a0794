-- What holds after shopsmart_setup_search_log: rights as on events, whichever came first, and views equal to plain SQL over a random log.
\ir ../fixture/random_shop.psql
SELECT plan(14);

-- Rights: of roles that were granted before and after.
CREATE ROLE regress_shopsmart_before_read;
CREATE ROLE regress_shopsmart_before_write;
CREATE ROLE regress_shopsmart_before_admin;
CREATE ROLE regress_shopsmart_after_read;
CREATE ROLE regress_shopsmart_after_write;
CREATE ROLE regress_shopsmart_after_admin;
SELECT shopsmart_grant(('regress_shopsmart_before_' || access)::name, access) FROM unnest('{read,write,admin}'::text[]) AS access \g /dev/null
SELECT shopsmart_setup_search_log() \g /dev/null
SELECT shopsmart_grant(('regress_shopsmart_after_' || access)::name, access) FROM unnest('{read,write,admin}'::text[]) AS access \g /dev/null
CREATE FUNCTION pg_temp.rights(role name) RETURNS SETOF text LANGUAGE sql RETURN (
    SELECT string_agg(c.relname || ' ' || concat(CASE WHEN has_table_privilege(role, c.oid, 'SELECT') THEN 'r' END, CASE WHEN has_table_privilege(role, c.oid, 'INSERT') THEN 'a' END,
                                                 CASE WHEN has_table_privilege(role, c.oid, 'UPDATE') THEN 'w' END, CASE WHEN has_table_privilege(role, c.oid, 'DELETE') THEN 'd' END), ', ' ORDER BY c.relname)
    FROM pg_class c WHERE c.relnamespace = 'shop'::regnamespace AND c.relkind IN ('r', 'v') AND c.relname LIKE '%search%');
SELECT is(pg_temp.rights(('regress_shopsmart_' || granted || '_' || access)::name), expected, format('%s, granted %s', access, granted))
FROM unnest('{before,after}'::text[]) AS granted,
     (VALUES ('read',  'popular_searches , search_clicks , search_clicks_by_rank , searches , searches_without_results '),
             ('write', 'popular_searches , search_clicks a, search_clicks_by_rank , searches a, searches_without_results '),
             ('admin', 'popular_searches r, search_clicks rad, search_clicks_by_rank r, searches rad, searches_without_results r')) AS expectation (access, expected);

-- A random log of 40 days, some of it ahead of its time.
SELECT setseed(0.25) \g /dev/null
SELECT shopsmart_log_search((ARRAY['Red shoes', 'red  SHOES!', 'Café', 'cafe', 'tent', '???'])[1 + floor(6 * random())::integer], greatest(floor(14 * random())::integer - 3, 0),
                            (ARRAY['words', 'corrected', 'completed', 'partial', 'relaxed', NULL])[1 + floor(6 * random())::integer],
                            CASE WHEN i % 4 > 0 THEN 'user ' || floor(20 * random()) END, now() - make_interval(hours => floor(960 * random())::integer - 24))
FROM generate_series(1, 600) AS i \g /dev/null
SELECT shopsmart_log_click(s.search_id, p.product_id, 1 + floor(15 * random())::integer)
FROM shop.searches s CROSS JOIN LATERAL (SELECT product_id FROM shop.products ORDER BY hashint8(product_id + s.search_id) LIMIT s.search_id % 4) AS p \g /dev/null
CREATE TEMPORARY TABLE search AS
SELECT w.time_window, s.* FROM (VALUES ('24h', 24), ('7d', 168), ('30d', 720)) AS w (time_window, hours)
CROSS JOIN shop.searches s WHERE now() - s.searched_at BETWEEN '0' AND make_interval(hours => w.hours) AND now() - s.searched_at < make_interval(hours => w.hours);
SELECT cmp_ok((SELECT count(*) FROM search WHERE time_window = '24h'), '>', 5::bigint, 'there is something in each window');
SELECT set_eq('SELECT time_window, query, searches, users, last_searched_at FROM shop.popular_searches',
              $$SELECT time_window, CASE WHEN query ILIKE 'red%' THEN 'red shoes' WHEN query ILIKE 'caf%' THEN 'cafe' WHEN query = '???' THEN '' ELSE query END,
                       count(*) AS searches, count(DISTINCT user_id) AS users, max(searched_at) FROM search GROUP BY 1, 2$$, 'how often, by how many, when last');
SELECT set_eq('SELECT time_window, query, without_results, corrected, relaxed FROM shop.popular_searches',
              $$SELECT time_window, normalized_query, sum((results = 0)::integer) AS a, sum(coalesce(answered_by IN ('corrected', 'completed'), false)::integer) AS b,
                       sum(coalesce(answered_by IN ('partial', 'relaxed'), false)::integer) FROM search GROUP BY 1, 2$$, 'what they got');
SELECT set_eq('SELECT time_window, query, clicked, round(click_through::numeric, 9) AS b, round(mean_rank::numeric, 9) AS c FROM shop.popular_searches',
              $$SELECT time_window, normalized_query, sum((best IS NOT NULL)::integer) AS a, round(avg((best IS NOT NULL)::integer), 9) AS b, round(avg(best), 9) AS c
                FROM (SELECT *, (SELECT min(rank) FROM shop.search_clicks c WHERE c.search_id = s.search_id) AS best FROM search s) AS s GROUP BY 1, 2$$, 'what was clicked');
SELECT set_eq('SELECT time_window, query, searches, users, last_searched_at FROM shop.searches_without_results',
              'SELECT time_window, normalized_query, count(*) AS searches, count(DISTINCT user_id) AS users, max(searched_at) FROM search WHERE results = 0 GROUP BY 1, 2', 'what found nothing');
SELECT set_eq('SELECT time_window, rank, shown FROM shop.search_clicks_by_rank',
              'SELECT time_window, r, count(*) FROM search CROSS JOIN generate_series(1, 10) AS r WHERE r <= results GROUP BY 1, 2', 'a rank was shown where there were so many results');
SELECT set_eq('SELECT time_window, rank, clicked FROM shop.search_clicks_by_rank WHERE clicked > 0',
              'SELECT time_window, rank, count(*) FROM search JOIN shop.search_clicks USING (search_id) WHERE rank <= results GROUP BY 1, 2', 'clicks on ranks that were shown');
SELECT is_empty('SELECT FROM shop.search_clicks_by_rank WHERE click_through <> clicked / shown::float8 OR rank NOT BETWEEN 1 AND 10', 'their share');

SELECT * FROM finish();
ROLLBACK;
