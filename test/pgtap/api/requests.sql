-- Requests as PostgREST makes them: what each role is answered, with which status, and how the answer may be cached.
\ir ../fixture/http.psql
SELECT plan(63);

SET LOCAL shopsmart.jwt_secret = 'a secret of the test, 32 bytes and more';

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
    ('me',                            'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT api.me()', 200),
    ('me, unknown',                   'GET', 'shop_user', '{"sub": "nobody"}', 'SELECT api.me()', 200),
    ('erase by GET',                  'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT api.erase_me()', 405),
    ('me for a visitor',              'GET', 'web_anon',  NULL, 'SELECT api.me()', 401),
    ('erasure for a visitor',         'POST', 'web_anon', NULL, 'SELECT api.erase_me()', 401),
    ('erasure of another user',       'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.erase_user(''user 2'')', 403),
    ('export of another user',        'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT api.export_user(''user 2'')', 403),
    ('erasure for a service',         'POST', 'shop_service', NULL, 'SELECT api.erase_user(''user 2'')', 403),
    ('export for an administrator',   'GET', 'shop_admin', NULL, 'SELECT api.export_user(''user 2'')', 200),
    ('export of an unknown user',     'GET', 'shop_admin', NULL, 'SELECT api.export_user(''nobody'')', 404),
    ('erasure for an administrator',  'POST', 'shop_admin', NULL, 'SELECT api.erase_user(''user 2'')', 200),
    ('status',                        'GET', 'shop_admin', NULL, 'SELECT * FROM api.status()', 200),
    ('status for a shopper',          'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM api.status()', 403),
    ('jobs',                          'GET', 'shop_admin', NULL, 'SELECT * FROM api.jobs()', 200),
    ('a job',                         'POST', 'shop_admin', NULL, 'SELECT api.run_job(''similarity'', true)', 200),
    ('a job by GET',                  'GET', 'shop_admin', NULL, 'SELECT api.run_job(''similarity'', true)', 405),
    ('an unknown job',                'POST', 'shop_admin', NULL, 'SELECT api.run_job(''cleaning'')', 404),
    ('a job for a service',           'POST', 'shop_service', NULL, 'SELECT api.run_job(''similarity'')', 403),
    ('evaluations',                   'GET', 'shop_admin', NULL, 'SELECT * FROM api.evaluations(10)', 200),
    ('a merge for a visitor',         'POST', 'web_anon', NULL, 'SELECT api.merge(''x'')', 401),
    ('a merge without a token',       'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.merge(NULL)', 400),
    ('a merge with a forged token',   'POST', 'shop_user', '{"sub": "user 1"}', 'SELECT api.merge(''eyJhbGciOiJub25lIn0.eyJzdWIiOiJhbm9ueW1vdXM6eCJ9.'')', 403),
    ('the tables behind it',          'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM shop.events', 403),
    ('the functions behind it',       'GET', 'shop_user', '{"sub": "user 1"}', 'SELECT * FROM public.shopsmart_recommend(''user 2'')', 403);

SELECT is((pg_temp.http(method, role, claims, query) ->> 'status')::integer, status, title || ' as ' || role || ': ' || status) FROM request;

-- What takes too long, wants set-up, or is refused for its number.
SET LOCAL shopsmart.jwt_secret = '';
SELECT is(pg_temp.http('POST', 'web_anon', NULL, 'SELECT api.anonymous_token()') ->> 'status', '503', 'no secret: 503');
DROP FUNCTION api.suggest(text, integer);
SELECT is(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.suggest('x')$$) ->> 'status', '404', 'no such endpoint: 404');
ALTER TABLE shop.products ENABLE ROW LEVEL SECURITY;
CREATE POLICY slow ON shop.products TO shop_api USING (pg_sleep(0.2)::text = '');
SET LOCAL statement_timeout = '100ms';
SELECT is(pg_temp.http('GET', 'web_anon', NULL, 'SELECT * FROM api.trending(1000)') ->> 'status', '504', 'too slow: 504');
SET LOCAL statement_timeout = 0;
ALTER TABLE shop.products DISABLE ROW LEVEL SECURITY;
DELETE FROM shopsmart.generations WHERE kind = 'search';
SELECT is(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.search('product')$$) ->> 'status', '503', 'no search index: 503');

SELECT * FROM finish();
ROLLBACK;
