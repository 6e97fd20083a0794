-- What holds for shopsmart_progress; what it shows of other sessions is tested where there are other sessions.
\ir ../fixture/random_shop.psql
SELECT plan(3);

SELECT set_eq('SELECT * FROM shopsmart.progress', 'SELECT * FROM shopsmart_progress()', 'the view shows what the function shows');
SELECT columns_are('shopsmart', 'progress', ARRAY['pid', 'task', 'phase', 'done', 'total', 'started_at'], 'its columns');
SELECT is_empty('SELECT * FROM shopsmart_progress() WHERE done > total OR done < 0 OR started_at > clock_timestamp()', 'no more done than there is');

SELECT * FROM finish();
ROLLBACK;
