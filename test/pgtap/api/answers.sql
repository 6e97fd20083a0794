-- What the answers hold: the rows of the functions behind the API, with what a page shows of a product.
\ir ../fixture/http.psql
SELECT plan(30);

CREATE FUNCTION pg_temp.ids(answer jsonb) RETURNS bigint[] LANGUAGE sql RETURN ARRAY(SELECT (r -> 'product_id')::bigint FROM jsonb_array_elements(answer -> 'rows') AS r);
CREATE FUNCTION pg_temp.cache_control(answer jsonb) RETURNS text LANGUAGE sql RETURN answer #>> '{headers,0,Cache-Control}';

SELECT is(pg_temp.ids(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.recommendations(20)')), ARRAY(SELECT product_id FROM shopsmart_recommend('user 1', 20) ORDER BY rank), 'recommendations');
SELECT is(pg_temp.ids(pg_temp.http('GET', 'shop_service', NULL, $$SELECT * FROM api.recommendations(20, user_id => 'user 1')$$)), ARRAY(SELECT product_id FROM shopsmart_recommend('user 1', 20) ORDER BY rank), '... for a service');
SELECT is(pg_temp.ids(pg_temp.http_as('user 1', 'GET', $$SELECT * FROM api.recommendations(20, 1, '{"in_stock": true}', '{1,2,3}', true, '{purchase}')$$)),
          ARRAY(SELECT product_id FROM shopsmart_recommend('user 1', 20, 1, '{"in_stock": true}', '{1,2,3}', NULL, true, NULL, '{purchase}') ORDER BY rank), '... with all arguments');
SELECT is(pg_temp.ids(pg_temp.http('GET', 'web_anon', NULL, 'SELECT * FROM api.similar_products(1, 20)')), ARRAY(SELECT product_id FROM shopsmart_similar(1, 20) ORDER BY rank), 'similar');
SELECT is(pg_temp.http('GET', 'web_anon', NULL, 'SELECT * FROM api.similar_products(40, 20)') #> '{rows,0}' -> 'because', (SELECT because FROM shopsmart_similar(40, 1) WHERE strategy = 'content'), '... and why, of a product without events');
SELECT is(pg_temp.ids(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.bought_together('{1,2}', 20)$$)), ARRAY(SELECT product_id FROM shopsmart_bought_together('{1,2}', 20) ORDER BY rank), 'bought together');
SELECT is(pg_temp.ids(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.trending(20, 1, '30d')$$)), ARRAY(SELECT product_id FROM shopsmart_trending(20, 1, '30d') ORDER BY rank), 'trending');
SELECT is(pg_temp.ids(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.search('product', 20, sort => 'rating')$$)), ARRAY(SELECT product_id FROM shopsmart_search('product', 20, sort => 'rating') ORDER BY rank), 'search');
SELECT is(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.search('prodcut', 1)$$) #>> '{rows,0,did_you_mean}', shopsmart_did_you_mean('prodcut'), 'did you mean');
SELECT is(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.search('product', 1)$$) #>> '{rows,0,did_you_mean}', NULL, '... nothing else');
SELECT is(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.suggest('pro')$$) -> 'rows', (SELECT jsonb_agg(to_jsonb(s)) FROM shopsmart_suggest('pro') AS s), 'suggest');
SELECT is(pg_temp.http('GET', 'web_anon', NULL, $$SELECT * FROM api.facets('product')$$) -> 'rows', (SELECT jsonb_agg(to_jsonb(f)) FROM shopsmart_facets('product') AS f), 'facets');
SELECT is((SELECT round(sum((r ->> 'contribution')::numeric), 9) FROM jsonb_array_elements(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.explain(2)') -> 'rows') AS r), (SELECT round(sum(contribution::numeric), 9) FROM shopsmart_explain('user 1', 2)), 'explain');
SELECT set_eq($$SELECT unnest(pg_temp.ids(pg_temp.http('GET', 'web_anon', NULL, 'SELECT product_id FROM api.products')))$$, 'SELECT product_id FROM shop.products WHERE is_active', 'products: what is on sale');
SELECT is((SELECT jsonb_agg(r - '{rank,score,strategy,because}'::text[] ORDER BY r -> 'product_id') FROM jsonb_array_elements(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.recommendations(1000)') -> 'rows') AS r),
          (SELECT jsonb_agg(to_jsonb(p) ORDER BY p.product_id) FROM (SELECT product_id, name, brand, category_id, price, rating, stock, image_url FROM shop.products WHERE product_id IN (SELECT product_id FROM shopsmart_recommend('user 1', 1000))) AS p), 'a row has what a page shows of a product');

-- How long an answer may be kept.
SELECT is(pg_temp.cache_control(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.recommendations(1)')), 'private, no-store', 'recommendations are for one person');
SELECT is(pg_temp.cache_control(pg_temp.http_as('user 1', 'GET', 'SELECT * FROM api.explain(1)')), 'private, no-store', '... as are reasons');
SELECT is(pg_temp.cache_control(pg_temp.http_as('user 1', 'POST', 'SELECT api.track_event(1)')), 'private, no-store', '... and events');
SELECT is(pg_temp.cache_control(pg_temp.http('GET', 'web_anon', NULL, format('SELECT * FROM api.%s', call))), kept, call)
FROM (VALUES ('trending(1)', 'public, max-age=60'), ('search(''product'', 1)', 'public, max-age=60'), ('suggest(''p'', 1)', 'public, max-age=60'), ('facets(''product'')', 'public, max-age=60'),
             ('similar_products(1, 1)', 'public, max-age=300'), ('bought_together(''{1}'', 1)', 'public, max-age=300')) AS c(call, kept);

-- Events.
CREATE TEMPORARY TABLE answer AS SELECT pg_temp.http_as('somebody new', 'POST', $$SELECT api.track_event(1, 'purchase', 'visit', '{"from": "home"}', 'key') AS id$$) #>> '{rows,0,id}' AS id;
SELECT is((SELECT id FROM answer), (SELECT event_id::text FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = 'somebody new'), 'an event is there, with its user');
SELECT is(pg_temp.http_as('somebody new', 'POST', $$SELECT api.track_event(1, 'purchase', 'visit', '{"from": "home"}', 'key') AS id$$) #>> '{rows,0,id}', (SELECT id FROM answer), 'a repeated key gives the same id');
SELECT is(pg_temp.http_as('somebody new', 'POST', $$SELECT api.track_event(2, 'purchase', idempotency_key => 'key')$$) ->> 'status', '409', '... but for another event');
SELECT is(jsonb_array_length(pg_temp.http_as('somebody new', 'POST', $$SELECT api.track_events('[{"product_id": 3}, {"product_id": 4, "event_type": "purchase"}]') AS ids$$) #> '{rows,0,ids}'), 2, 'a batch');
SELECT is(pg_temp.http_as('somebody new', 'POST', $$SELECT api.track_events('[{"product_id": 5}, {"product_id": 99}]')$$) ->> 'message', 'event 2: product 99 does not exist', 'a batch with a fault says which');
SELECT bag_eq($$SELECT product_id, event_type FROM shop.events e JOIN shop.users u USING (user_id) WHERE u.external_id = 'somebody new'$$, $$VALUES (1::bigint, 'purchase'), (3, 'view'), (4, 'purchase')$$, '... and stores nothing');

SELECT * FROM finish();
ROLLBACK;
