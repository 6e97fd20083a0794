-- Whom shopsmart_autotune asks about a best that lies within the interval of the default: users that the search did not see.
\ir ../fixture/circles_shop.psql
SELECT plan(9);

-- Four hundred users to judge, and a default that is a little worse than what the search begins with.
UPDATE shopsmart.models SET parameters = '{"shrinkage": 2}';
CREATE FUNCTION pg_temp.verdict(most_users integer) RETURNS text LANGUAGE sql
RETURN (SELECT note FROM shopsmart_autotune('1 millisecond', dry_run => true, max_users => most_users) WHERE place = 1);
CREATE TEMPORARY VIEW second_draw AS
SELECT m.* FROM shopsmart.evaluation_metrics m JOIN shopsmart.evaluation_runs r USING (run_id)
WHERE m.segment = 'all' AND m.ndcg_gain IS NOT NULL AND jsonb_array_length(r.parameters -> 'models') = 2 AND r.split_at = (SELECT split_at FROM shopsmart.newest_days())
ORDER BY run_id DESC LIMIT 1;

CREATE TEMPORARY TABLE board AS SELECT * FROM shopsmart_autotune('1 millisecond', dry_run => true, max_users => 200);
SELECT ok(b.users = 200 AND b.ndcg < d.ndcg_high, 'a best within the interval of the default') FROM board b, board d WHERE b.place = 1 AND d.note = 'the default before';
SELECT is(note, 'would be the default', '... is told apart') FROM board WHERE place = 1;
SELECT ok(users = 400 AND ndcg_gain_low > 0, '... by twice as many users') FROM second_draw;

SELECT is(pg_temp.verdict(400), 'not told apart from the default', 'all users were searched with: nobody else can tell');
SELECT ok(users = 400 AND ndcg_gain_low > 0, '... whatever these say') FROM second_draw;
SELECT is(pg_temp.verdict(335), 'not told apart from the default', 'sixty-five others are too few');

SELECT is(pg_temp.verdict(120), 'not told apart from the default', 'too much doubt among the others');
SELECT ok(users = 240 AND ndcg_gain_low > 0, '... if not with those it was searched with') FROM second_draw;

UPDATE shopsmart.models SET parameters = '{"shrinkage": 10}';
SELECT is(pg_temp.verdict(200), 'not told apart from the default', 'hardly a difference');

SELECT * FROM finish();
ROLLBACK;
