-- What holds for the status of Redis: the view shows what the function returns, and looking changes nothing.
\ir ../fixture/start.psql
SELECT plan(3);

SELECT set_eq('TABLE shopsmart.redis_status', 'SELECT * FROM shopsmart.redis_state()', 'the view shows what the function returns');
SELECT set_eq('SELECT exchanges, failures FROM shopsmart.redis_status', 'SELECT exchanges, failures FROM shopsmart.redis_status', 'looking counts as nothing');
SELECT is_empty('SELECT FROM shopsmart.redis_status WHERE failures_in_a_row NOT BETWEEN 0 AND 5 OR failures < failures_in_a_row', 'figures that can be');

SELECT * FROM finish();
ROLLBACK;
