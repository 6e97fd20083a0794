-- Edges of shopsmart_add_partitions: order, distance and range of dates.
\ir ../fixture/start.psql
SELECT plan(13);

SELECT throws_ok($$SELECT shopsmart_add_partitions('2026-02-01', '2026-01-31')$$, '22023', NULL, 'last before first');
SELECT throws_ok($$SELECT shopsmart_add_partitions('infinity')$$, '22023', NULL, 'infinity');
SELECT throws_ok($$SELECT shopsmart_add_partitions('2026-01-01', 'infinity')$$, '22023', NULL, 'up to infinity');
SELECT throws_ok($$SELECT shopsmart_add_partitions('-infinity', '2026-01-01')$$, '22023', NULL, 'from -infinity');
SELECT throws_ok($$SELECT shopsmart_add_partitions('0044-03-15 BC')$$, '22023', NULL, 'before Christ');
SELECT throws_ok($$SELECT shopsmart_add_partitions('5874897-12-31')$$, '22023', NULL, 'the last date there is');
SELECT throws_ok($$SELECT shopsmart_add_partitions('2010-01-01', '2020-02-01')$$, '22023', NULL, 'more than ten years');
SELECT is(shopsmart_add_partitions('2010-01-31', '2010-01-01'), 1, 'two days of one month, in any order');
SELECT is(shopsmart_add_partitions('0001-01-01', '0001-01-01'), 1, 'the first month');
SELECT is(shopsmart_add_partitions('9999-12-31', '9999-12-31'), 1, 'the last month');
SELECT is(shopsmart_add_partitions(NULL, NULL), 0, 'this month and three more are there from the start');
SELECT is(shopsmart_add_partitions('2011-11-15'), 4, 'last defaults to three months later');
DELETE FROM shopsmart.shop;
SELECT throws_ok($$SELECT shopsmart_add_partitions()$$, '55000', NULL, 'no shop');

SELECT * FROM finish();
ROLLBACK;
