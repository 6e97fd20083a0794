-- What the days before the judged ones have to say about a winner of shopsmart_autotune.
\ir ../fixture/circles_shop.psql
SELECT plan(4);

SELECT split_at, split_at - (as_of - split_at) AS before FROM shopsmart.newest_days() \gset
CREATE FUNCTION pg_temp.verdict() RETURNS text LANGUAGE sql
RETURN (SELECT note FROM shopsmart_autotune('1 millisecond', dry_run => true) WHERE note <> 'the default before');
SELECT is(pg_temp.verdict(), 'would be the default', 'a winner on both');

-- There nobody goes for anything that could be foretold any more: no model is better than another.
INSERT INTO shop.products (product_id, name) SELECT 10000 + event_id, 'new' FROM shop.events WHERE occurred_at > :'before' AND occurred_at <= :'split_at';
UPDATE shop.events SET product_id = 10000 + event_id WHERE occurred_at > :'before' AND occurred_at <= :'split_at';
SELECT is(pg_temp.verdict(), 'not better on the days before', 'no winner there');

-- Of too few users.
DELETE FROM shop.events WHERE occurred_at > :'before' AND occurred_at <= :'split_at' AND user_id > 50;
SELECT ok(count(DISTINCT user_id) BETWEEN 1 AND 99, 'a handful of users is left') FROM shop.events WHERE occurred_at > :'before' AND occurred_at <= :'split_at';
SELECT is(pg_temp.verdict(), 'would be the default', 'too few to say no');

SELECT * FROM finish();
ROLLBACK;
