-- What holds for shopsmart_status: three states, a hint where something is to be done, a row for each job and model.
\ir ../fixture/random_shop.psql
SELECT plan(5);

SELECT is_empty($$SELECT subject FROM shopsmart_status() WHERE state NOT IN ('ok', 'warn', 'error')$$, 'three states');
SELECT is_empty($$SELECT subject FROM shopsmart_status() WHERE state <> 'ok' AND hint IS NULL$$, 'where something is wrong there is a hint');
SELECT is_empty($$SELECT subject FROM shopsmart_status() WHERE message IS NULL$$, 'there is always something to say');
SELECT is_empty($$SELECT subject FROM shopsmart_status() GROUP BY 1 HAVING count(*) > 1$$, 'each subject once');
SELECT set_has($$SELECT subject FROM shopsmart_status()$$, $$SELECT 'job ' || job FROM shopsmart.jobs UNION SELECT 'model ' || kind FROM shopsmart.generations$$, 'a row for each job and model');

SELECT * FROM finish();
ROLLBACK;
