-- What holds for shopsmart_erase_user: no table of the database holds the person any more, no answer knows him, the others stay.
\ir ../fixture/random_shop.psql
SELECT plan(11);

SELECT shopsmart_setup_search_log() \g /dev/null
SELECT shopsmart_log_click(shopsmart_log_search('special gift', 3, 'words', 'somebody special'), product_id, 1) FROM (SELECT product_id FROM shop.products ORDER BY 1 LIMIT 3) AS p \g /dev/null
SELECT shopsmart_log_search('tent', 1, 'words', 'user 1') \g /dev/null
SELECT shopsmart_track('somebody special', product_id, idempotency_key => 'special key ' || product_id, session_id => 'special session')
FROM (SELECT product_id FROM shop.products ORDER BY 1 LIMIT 5) AS p \g /dev/null
SELECT shopsmart_track('somebody special', product_id, occurred_at => '2001-01-01') FROM (SELECT product_id FROM shop.products ORDER BY 1 LIMIT 1) AS p \g /dev/null
SELECT shopsmart_rebuild_similarity(), shopsmart_refresh_trending() \g /dev/null
CREATE TEMPORARY TABLE others AS SELECT e.* FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id <> 'somebody special';

-- Tables, found in the catalogue, in which a text appears anywhere.
CREATE FUNCTION pg_temp.tables_with(sought text) RETURNS SETOF text LANGUAGE plpgsql AS $$
DECLARE
    t regclass;
    found boolean;
BEGIN
    FOR t IN SELECT c.oid FROM pg_class c WHERE c.relkind IN ('r', 'm') AND c.relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace) AND c.relpersistence <> 't' LOOP
        EXECUTE format('SELECT EXISTS (SELECT FROM %s AS x WHERE x::text LIKE %L)', t, '%' || sought || '%') INTO found;
        IF found THEN RETURN NEXT t::text; END IF;
    END LOOP;
END
$$;
SELECT isnt_empty($$SELECT pg_temp.tables_with('special')$$, 'the search finds him');
SELECT user_id FROM shop.users WHERE external_id = 'somebody special' \gset
SELECT results_eq($$SELECT * FROM shopsmart_erase_user('somebody special')$$, $$VALUES (1::bigint, 6::bigint, 5::bigint, 3::bigint)$$, 'what was deleted');
SELECT is_empty($$SELECT pg_temp.tables_with('special')$$, 'no table holds a word of him');
SELECT is_empty(format($$SELECT FROM shop.events WHERE user_id = %s UNION ALL SELECT FROM shop.event_keys WHERE user_id = %s$$, :user_id, :user_id), 'nor his number');
SELECT is((SELECT array_agg(query) FROM shop.searches), '{tent}', 'the searches of others are there');
SELECT is_empty('TABLE shop.search_clicks', '... and no click of his');
SELECT ok(shopsmart_export_user('somebody special') IS NULL, 'there is nothing to export');
SELECT set_eq($$SELECT product_id FROM shopsmart_recommend('somebody special', 20)$$, $$SELECT product_id FROM shopsmart_recommend('never seen', 20)$$, 'he is recommended what a stranger is');
SELECT set_eq('TABLE others', 'SELECT * FROM shop.events', 'the events of others are all there');
SELECT results_eq($$SELECT * FROM shopsmart_erase_user('somebody special')$$, $$VALUES (0::bigint, 0::bigint, 0::bigint, 0::bigint)$$, 'twice is fine');
SELECT results_eq($$SELECT erased_by = current_user, events, event_keys, searches FROM shopsmart.erasures$$, $$VALUES (true, 6::bigint, 5::bigint, 3::bigint)$$, 'and noted once, without a word about him');

SELECT * FROM finish();
ROLLBACK;
