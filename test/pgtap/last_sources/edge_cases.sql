-- Edges of shopsmart_last_sources: which answer it tells of, and which have no lists.
\ir ../fixture/random_shop.psql
SELECT plan(8);

CREATE FUNCTION pg_temp.told() RETURNS text LANGUAGE sql RETURN (SELECT concat_ws(' ', s.session, s.shared, s.stored) FROM shopsmart_last_sources() AS s);
SELECT * FROM shopsmart_recommend('nobody') \g /dev/null
SELECT is(pg_temp.told(), '0 0 0', 'nobody has no history');
SELECT * FROM shopsmart_similar(1) \g /dev/null
SELECT is(pg_temp.told(), '0 0 1', 'one list, of an uncommitted model from the table');
SELECT * FROM shopsmart_similar(1) \g /dev/null
SELECT is(pg_temp.told(), '0 0 1', '... as often as one asks: sessions keep the scored part only');
SELECT * FROM shopsmart_trending() \g /dev/null
SELECT is(pg_temp.told(), '0 0 0', 'trending products need none');
SELECT * FROM shopsmart_bought_together('{1,2,3}') \g /dev/null
SELECT is(pg_temp.told(), '0 0 3', 'a cart needs one for each product');
SELECT throws_ok($$SELECT * FROM shopsmart_similar(1, 0)$$, '22023', NULL, 'a call that fails');
SELECT is(pg_temp.told(), '0 0 3', '... leaves no trace');
DELETE FROM shopsmart.generations;
SELECT * FROM shopsmart_similar(1) \g /dev/null
SELECT is(pg_temp.told(), '0 0 0', 'no model');

SELECT * FROM finish();
ROLLBACK;
