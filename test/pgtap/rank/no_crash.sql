-- shopsmart_rank with boundary values of each argument: an answer or one of its documented errors, nothing else.
\ir ../fixture/random_shop.psql
\ir ../fixture/boundary_values.psql
SELECT plan(10);

SELECT * FROM pg_temp.survives('shopsmart_rank', ARRAY[$$1$$, $$'user:user 1'$$],
    '{22023,22P02,22007}');
SELECT * FROM pg_temp.survives_as_each_role('shopsmart_rank', ARRAY[$$1$$, $$'user:user 1'$$],
    '{22023,22P02,22007}');

-- The same rankings in an index plan and a sort, one after the other in one session.
\ir ../fixture/orders.psql
SELECT is_empty(format($$SELECT r, outcome FROM unnest(pg_temp.boundary_values('shopsmart_ranking')) AS r,
                  pg_temp.outcome('SELECT pg_temp.%s(' || r || ', k => 5)') AS outcome WHERE outcome <> 'ok' AND left(outcome, 5) <> ALL ('{22023,22P02,22007}')$$, plan), plan)
FROM unnest('{by_index,by_sort}'::text[]) AS plan;

SELECT * FROM finish();
ROLLBACK;
