-- Requests as PostgREST makes them: what each role is answered, with which status, and how the answer may be cached.
\ir ../fixture/http.psql
SELECT plan(37);

-- Reads, in a transaction that may not write. (The shop is as of the past: nobody's newest events are too old.)
CREATE TEMPORARY TABLE request (title text, method text, role name, claims jsonb, query text, status integer);
INSERT INTO request VALUES
    ('trending',                      'GET', 'web_anon',  NULL, 'SELECT * FROM api.trending(5)', 200),
    ('similar',                       'GET', 'web_anon',  NULL, 'SELECT * FROM api.similar_products(1, 5)', 200),
    ('bought together',               'GET', 'web_anon',  NULL, 'SELECT * FROM api.bought_together(''{1,2}'', 5)', 200),
    ('search',                        'GET', 'web_anon',  NULL, 'SELECT * FROM api.search(''product'', 5)', 200),
    ('suggest',                       'GET', 'web_anon',  NULL, 'SELECT * FROM api.suggest(''pro'', 5)', 200),
    ('facets',                        'GET', 'web_anon',  NULL, 'SELECT * FROM api.facets(''product'')', 200),
    ('products',                      'GET', 'web_anon',  NULL, 'SELECT * FROM api.products WHERE price < 50 ORDER BY price', 200),
    ('categories',                    'GET', 'web_anon',  NULL, 'SELECT * FROM api.categories', 200),
    ('recommendations',               'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM api.recommendations(5)', 200),
    ('explain',                       'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM api.explain(2)', 200),
    ('recommendations for a service', 'GET', 'shop_service', NULL, 'SELECT * FROM api.recommendations(5, user_id => ''user 1'')', 200),
    ('no token',                      'GET', 'web_anon',  NULL, 'SELECT * FROM api.recommendations(5)', 401),
    ('no token, a forged sub',        'GET', 'web_anon',  '{"sub": "user 1"}', 'SELECT * FROM api.recommendations(5)', 401),
    ('no token, an event',            'POST', 'web_anon', NULL, 'SELECT api.track_event(1)', 401),
    ('a token without sub',           'GET', 'shop_user', NULL, 'SELECT * FROM api.recommendations(5)', 403),
    ('a sub that is no text',         'GET', 'shop_user', '{"sub": {"id": "user 1"}}', 'SELECT * FROM api.recommendations(5)', 403),
    ('an empty sub',                  'GET', 'shop_user', '{"sub": ""}', 'SELECT * FROM api.recommendations(5)', 400),
    ('another user',                  'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM api.recommendations(5, user_id => ''user 2'')', 403),
    ('the history of another user',   'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM api.explain(1, ''user 2'')', 403),
    ('an event of another user',      'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_event(1, user_id => ''user 2'')', 403),
    ('a batch with another user',     'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_events(''[{"product_id": 1}, {"product_id": 1, "user_id": "user 2"}]'')', 403),
    ('an event of another time',      'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_event(1, occurred_at => now())', 403),
    ('a service without a user',      'GET', 'shop_service', NULL, 'SELECT * FROM api.recommendations(5)', 400),
    ('writing by GET',                'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_event(1)', 405),
    ('a batch by GET',                'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_events(''[{"product_id": 1}]'')', 405),
    ('an unknown product',            'GET', 'web_anon',  NULL, 'SELECT * FROM api.similar_products(99)', 404),
    ('an event of an unknown product', 'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_event(99)', 404),
    ('an unknown event type',         'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_event(1, ''gaze'')', 404),
    ('k out of range',                'GET', 'web_anon',  NULL, 'SELECT * FROM api.trending(1001)', 400),
    ('an unknown filter key',         'GET', 'web_anon',  NULL, 'SELECT * FROM api.trending(5, filter => ''{"colour": 1}'')', 400),
    ('no product',                    'GET', 'web_anon',  NULL, 'SELECT * FROM api.similar_products(NULL)', 400),
    ('no batch',                      'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_events(''{"product_id": 1}'')', 400),
    ('an unknown key in a batch',     'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_events(''[{"product_id": 1, "price": 0}]'')', 400),
    ('too many events',               'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_events((SELECT jsonb_agg(''{"product_id": 1}''::jsonb) FROM generate_series(1, 1001)))', 413),
    ('too much metadata',             'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.track_events(jsonb_build_array(jsonb_build_object(''product_id'', 1, ''metadata'', jsonb_build_object(''a'', repeat(''x'', 65536)))))', 413),
    ('the tables behind it',          'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM shop.events', 403),
    ('the functions behind it',       'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM public.shopsmart_recommend(''user 2'')', 403);

SELECT is((pg_temp.http(method, role, claims, query) ->> 'status')::integer, status, title || ' as ' || role || ': ' || status) FROM request;

SELECT * FROM finish();
ROLLBACK;
