-- Edges of shopsmart_autotune: hardly any time, hardly any events, and names that are taken.
\ir ../fixture/random_shop.psql
SELECT plan(18);

SELECT throws_ok($$SELECT shopsmart_autotune(NULL)$$, '22004', 'budget, dry_run and max_users must not be null', 'no budget');
SELECT throws_ok($$SELECT shopsmart_autotune('0')$$, '22023', 'budget must be positive', 'no time at all');
SELECT throws_ok($$SELECT shopsmart_autotune('1 second', answers => '{wish}')$$, '22023', 'unknown event type "wish" in answers', 'an event type that does not exist');
SELECT is_empty('SELECT FROM shopsmart.models', '... leaves no definition behind');
SELECT bag_has($$SELECT model FROM shopsmart_autotune('1 microsecond')$$, $$VALUES ('rp3beta'), ('cosine shrinkage=5'), ('popularity'), ('trending'), ('llr shrinkage=0'), ('bm25 b=0.5 k1=1.2 shrinkage=0')$$,
               'the first round is always played');
SELECT is_empty('SELECT FROM shopsmart.models', 'what lost is forgotten');

-- Definitions of the shop's own under names that the search would use: they are judged by nobody, and stay.
INSERT INTO shopsmart.models (name, kind) VALUES ('llr shrinkage=0', 'cosine'), ('own', 'bm25');
SELECT is((SELECT count(*) FROM shopsmart_autotune('1 microsecond') WHERE model IN ('llr shrinkage=0', 'own')), 0::bigint, 'models of the shop''s own are left alone');
SELECT set_eq('SELECT name FROM shopsmart.models', ARRAY['llr shrinkage=0', 'own'], '... and stay');
UPDATE shopsmart.models SET is_default = true WHERE name = 'own';
SELECT is((SELECT count(*) FROM shopsmart_autotune('1 microsecond', dry_run => true) WHERE model = 'own'), 1::bigint, 'the default is judged under its name');
SELECT is((SELECT name FROM shopsmart.models WHERE is_default), 'own', 'a dry run changes nothing');

-- Steps lie on the grid, and every one differs from where it starts in one parameter.
SELECT set_eq($$SELECT name FROM shopsmart.tuning_steps('bm25', '{"k1": 0.3, "b": 0.5, "shrinkage": 0}')$$,
              ARRAY['bm25 b=0.25 k1=0.3 shrinkage=0', 'bm25 b=0.75 k1=0.3 shrinkage=0', 'bm25 b=0.5 k1=0.6 shrinkage=0', 'bm25 b=0.5 k1=0.3 shrinkage=1'], 'steps from a corner');
SELECT set_eq($$SELECT kind FROM shopsmart.tuning_steps(NULL, NULL)$$, $$SELECT DISTINCT kind FROM shopsmart.tunable_parameters()$$, 'one start of each kind');
SELECT is_empty($$SELECT FROM shopsmart.tuning_steps(NULL, NULL) AS s WHERE s.kind <> 'ease' AND s.name NOT IN (SELECT name FROM shopsmart.tuning_steps(s.kind, NULL))$$, '... or that of one');
SELECT is_empty($$SELECT FROM shopsmart.tunable_parameters() AS t WHERE t.start <> ALL (t.grid)$$, 'each search starts on its grid');

-- Little to judge by, and nothing.
SELECT is((SELECT split_at FROM shopsmart.newest_days()), NULL, 'fifty users are too few for a split by time');
DELETE FROM shop.events WHERE occurred_at > (SELECT min(occurred_at) FROM shop.events);
SELECT is((SELECT split_at FROM shopsmart.newest_days()), NULL, 'a log of one moment cannot be split by time');
SELECT is_empty($$SELECT FROM shopsmart_autotune('1 second')$$, '... nobody to judge');
DELETE FROM shop.events;
SELECT is_empty($$SELECT FROM shopsmart_autotune('1 second')$$, 'no events');

SELECT * FROM finish();
ROLLBACK;
