-- shopsmart_autotune with boundary values of its arguments but for the longest budgets, which it would use.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(21);

SELECT matches(pg_temp.outcome(format('SELECT shopsmart_autotune(%s)', budget)), '^(ok|22004|22023)', budget)
FROM unnest(pg_temp.boundary_values('interval')) AS budget WHERE budget !~ '(days|years|day|9e12)';
SELECT matches(pg_temp.outcome(format('SELECT shopsmart_autotune(''1 microsecond'', answers => %s)', answers)), '^(ok|22004|22023|2202E)', left(answers, 60))
FROM unnest(pg_temp.boundary_values('text[]')) AS answers;
SELECT matches(pg_temp.outcome('SELECT shopsmart_autotune(''1 microsecond'', max_users => 0)'), '^22023', 'no users');
SELECT matches(pg_temp.outcome('SELECT shopsmart_autotune(''1 microsecond'', dry_run => NULL)'), '^22004', 'neither dry nor not');

SELECT * FROM finish();
ROLLBACK;
