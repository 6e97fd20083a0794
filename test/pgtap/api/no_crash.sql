-- Every function of the API with boundary values of each argument, as superuser and as a shopper: an answer or an error that is
-- documented, nothing else. (As superuser one acts as a service, with any user.)
\ir ../fixture/http.psql
\ir ../fixture/boundary_values.psql
SELECT plan(170);

SELECT shopsmart_setup_search_log(), shopsmart_log_search('red shoes', 3, 'words', 'user 1') \g /dev/null

CREATE FUNCTION pg_temp.survives_as_a_shopper(function_name name, usual text[], allowed text[]) RETURNS SETOF text LANGUAGE sql AS $$
    SELECT * FROM pg_temp.survives(function_name, usual, allowed || '{42501}'::text[],
        'PERFORM set_config(''request.jwt.claims'', ''{"sub": "user 1"}'', true); SET LOCAL ROLE shop_user;')
$$;
CREATE TEMPORARY TABLE call (function_name name, usual text[], allowed text[]);
INSERT INTO call VALUES
    ('api.recommendations',  ARRAY['5', '1', '''{"in_stock": true}''', '''{1}''', 'false', '''{purchase}''', '''user 1'''], '{22004,22023,2202E}'),
    ('api.similar_products', ARRAY['1', '5', '''{"in_stock": true}'''], '{22004,22023,PT404}'),
    ('api.bought_together',  ARRAY['''{1,2}''', '5', '''{"in_stock": true}'''], '{22004,22023,2202E}'),
    ('api.trending',         ARRAY['5', '1', '''7d''', '''{"in_stock": true}'''], '{22004,22023}'),
    ('api.search',           ARRAY['''product''', '5', '''{"in_stock": true}''', 'true', '''relevance''', 'NULL'], '{22004,22023}'),
    ('api.suggest',          ARRAY['''pro''', '5'], '{22004,22023}'),
    ('api.facets',           ARRAY['''product''', '''{"in_stock": true}''', '''{brand}''', '5', 'true'], '{22004,22023,2202E}'),
    ('api.explain',          ARRAY['1', '''user 1'''], '{22004,22023,PT404}'),
    ('api.track_event',      ARRAY['1', '''view''', '''visit''', '''{}''', '''key''', '''user 1''', 'NULL'], '{22004,22023,22003,PT404,23505}'),
    ('api.track_events',     ARRAY['''[{"product_id": 1, "user_id": "user 1"}]'''], '{22004,22023,22P02,PT404,PT413}'),
    ('api.log_search',       ARRAY['''red shoes''', '3', '''words''', '''user 1'''], '{22004,22023}'),
    ('api.log_click',        ARRAY['1', '1', '2', '''user 1'''], '{22004,22023,PT404}');
CREATE TEMPORARY TABLE admin_call AS SELECT * FROM call LIMIT 0;
INSERT INTO admin_call VALUES
    ('api.export_user',  ARRAY['''user 1'''], '{PT404}'),
    ('api.erase_user',   ARRAY['''user 1'''], '{}'),
    ('api.run_job',      ARRAY['''history''', 'false'], '{22004,PT404}'),
    ('api.evaluations',  ARRAY['1'], '{}');
SELECT s FROM admin_call, pg_temp.survives(function_name, usual, allowed) AS s;
SELECT s FROM admin_call, pg_temp.survives(function_name, usual, allowed, 'SET LOCAL ROLE shop_admin;') AS s;
SELECT s FROM call, pg_temp.survives(function_name, usual, allowed) AS s;
UPDATE call SET usual = CASE function_name WHEN 'api.recommendations' THEN usual[1 : 6] || 'NULL'::text WHEN 'api.explain' THEN '{1,NULL}' WHEN 'api.log_search' THEN usual[1 : 3] || 'NULL'::text WHEN 'api.log_click' THEN usual[1 : 3] || 'NULL'::text WHEN 'api.track_event' THEN usual[1 : 5] || '{NULL,NULL}' WHEN 'api.track_events' THEN ARRAY['''[{"product_id": 1}]'''] ELSE usual END;
SELECT s FROM call, pg_temp.survives_as_a_shopper(function_name, usual, allowed) AS s;

SELECT * FROM finish();
ROLLBACK;
