-- Edges of shopsmart_autotune: hardly any time, hardly any events, and names that are taken.
\ir ../fixture/random_shop.psql
SELECT plan(35);

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
SELECT set_eq($$SELECT kind FROM shopsmart.tuning_steps(NULL, NULL)$$, $$SELECT DISTINCT kind FROM shopsmart.tunable_parameters() WHERE kind <> 'blend'$$, 'one start of each kind, but no blend of nothing');
SELECT is_empty($$SELECT FROM shopsmart.tuning_steps(NULL, NULL) AS s WHERE ARRAY[s.name] <> ARRAY(SELECT name FROM shopsmart.tuning_steps(s.kind, NULL))$$, '... or that of one');
SELECT is_empty($$SELECT FROM shopsmart.tunable_parameters() AS t WHERE t.start <> ALL (t.grid) OR t.built_in <> ALL (t.grid)$$, 'each search starts on its grid, and so does what is built in');
SELECT set_eq($$SELECT name FROM shopsmart.tuning_steps('blend', '{"first": {"kind": "llr"}, "second": {"kind": "slim", "l1": 1}, "share": 0.9}')$$,
              ARRAY['blend first=llr:' || left(md5('{"kind": "llr"}'), 4) || ' second=slim:' || left(md5('{"l1": 1, "kind": "slim"}'), 4) || ' share=0.8'], 'steps of a blend change its share');
SELECT is(shopsmart.tuning_name('rp3beta', '{}'), (SELECT name FROM shopsmart.tuning_steps('rp3beta', NULL)), 'what is built in has the name of what means the same');
SELECT is(shopsmart.tuning_name('slim', '{"l1": 2}'), 'slim candidates=100 l1=2 l2=10', 'a name says all parameters');

-- Other readings: what they do not say now is as the settings say.
SET shopsmart.history_events = 200;
SET shopsmart.history_half_life = 2;
SET shopsmart.history_exponent = 0.5;
SET shopsmart.scored_neighbors = 20;
SELECT set_eq($$SELECT kind, parameters FROM shopsmart.tuning_readings('cosine', '{"shrinkage": 2}')$$,
              $$SELECT 'cosine' AS kind, '{"shrinkage": 2}'::jsonb || reading AS parameters FROM unnest(ARRAY['{"history_events": 50}', '{"history_events": 1000}', '{"history_half_life": 0}', '{"history_half_life": 1}',
                    '{"history_half_life": 3}', '{"history_half_life": 6}', '{"history_half_life": 12}', '{"history_half_life": 25}', '{"history_exponent": 0}', '{"history_exponent": 1}',
                    '{"scored_neighbors": 10}', '{"scored_neighbors": 50}', '{"scored_neighbors": 100}']::jsonb[]) AS reading$$, 'each other value of one parameter');
SELECT set_eq($$SELECT parameters -> 'history_half_life' FROM shopsmart.tuning_readings('cosine', '{"history_half_life": 7}') WHERE parameters ->> 'history_half_life' <> '7'$$,
              $$SELECT to_jsonb(h) FROM unnest('{0,1,2,3,6,12,25}'::integer[]) AS h$$, 'what it says counts, not the setting');
SELECT lives_ok($$INSERT INTO shopsmart.models (name, kind, parameters) SELECT name, kind, parameters FROM shopsmart.tuning_readings('ials',
    '{"factors": 64, "regularization": 0.001, "unobserved_weight": 0.1, "history_events": 1000, "history_half_life": 25, "history_exponent": 0.5, "scored_neighbors": 100}')$$, 'all of them are definitions, with names that are not too long');
SELECT is((SELECT count(*) FROM shopsmart.models WHERE kind = 'ials'), 13::bigint, '... and differ');
DELETE FROM shopsmart.models WHERE kind = 'ials';
SELECT is((SELECT name FROM shopsmart.tuning_readings('cosine', '{}') WHERE parameters ->> 'history_half_life' = '6'), 'cosine half_life=6 shrinkage=0', 'a name says how histories are read first');
SELECT is((SELECT parameters -> 'history_half_life' FROM shopsmart.tuning_steps('cosine', '{"shrinkage": 20, "history_half_life": 6}') WHERE parameters ->> 'shrinkage' = '50'), '6', 'steps of a kind keep it');

-- What is tried once is not tried under another name.
UPDATE shopsmart.models SET is_default = false;
SELECT is((SELECT count(*) FROM shopsmart_autotune('1 microsecond', dry_run => true) WHERE model LIKE 'rp3beta%'), 1::bigint, 'the built-in default is not judged again as a start');

-- Blends hold the best definition of each kind, the kinds in alphabetical order; that of the best kind is in all of them.
INSERT INTO shopsmart.models (name, kind, parameters) VALUES ('a', 'cosine', '{}'), ('b', 'cosine', '{"shrinkage": 20}'), ('c', 'llr', '{}'), ('d', 'bm25', '{}'), ('e', 'tf_idf', '{}');
SELECT shopsmart_evaluate('{a,b,c,d,e,popularity}', 'leave_last_out', '{5}') \g /dev/null
CREATE TEMPORARY TABLE run AS SELECT ARRAY[max(run_id)] AS runs FROM shopsmart.evaluation_runs;
CREATE TEMPORARY TABLE best AS
SELECT kind, part, row_number() OVER (ORDER BY place) AS place
FROM (SELECT DISTINCT ON (j.kind) j.kind, j.parameters || jsonb_build_object('kind', j.kind) AS part, j.ndcg, j.place FROM run, shopsmart.judged_definitions(runs) AS j ORDER BY j.kind, j.place) AS j;
SELECT set_eq('SELECT name FROM run, shopsmart.judged_definitions(runs)', ARRAY['a', 'b', 'c', 'd', 'e'], 'definitions that were judged');
SELECT set_eq('SELECT b.kind, b.parameters FROM run, shopsmart.tuning_blends(runs) AS b',
              $$SELECT 'blend', jsonb_build_object('first', least.part, 'second', greatest.part, 'share', 0.5)
                FROM best AS least, best AS greatest WHERE least.kind < greatest.kind AND least(least.place, greatest.place) = 1 AND greatest(least.place, greatest.place) <= 3$$, 'the best with each of the next two');
SELECT is_empty($$SELECT FROM shopsmart.tuning_blends('{}')$$, 'no run, no blend');
UPDATE shopsmart.models m SET parameters = m.parameters || CASE j.place WHEN 1 THEN '{"history_half_life": 6}'::jsonb ELSE '{"history_half_life": 3, "scored_neighbors": 50}' END
FROM run, shopsmart.judged_definitions(runs) AS j WHERE m.name = j.name;
SELECT set_eq('SELECT j.reading FROM run, shopsmart.judged_definitions(runs) AS j', ARRAY['{"history_half_life": 6}', '{"history_half_life": 3, "scored_neighbors": 50}']::jsonb[], 'how histories are read');
SELECT set_eq($$SELECT b.parameters - '{first,second,share}'::text[] FROM run, shopsmart.tuning_blends(runs) AS b$$, $$VALUES ('{"history_half_life": 6}'::jsonb)$$, 'a blend reads like its better part');
SELECT lives_ok('INSERT INTO shopsmart.models (name, kind, parameters) SELECT name, kind, parameters FROM run, shopsmart.tuning_blends(runs)', '... at the top, as blends must');
DELETE FROM shopsmart.models WHERE name <> 'a';
SELECT is_empty('SELECT FROM run, shopsmart.tuning_blends(runs)', 'one kind blends with none');
DELETE FROM shopsmart.models;

-- Little to judge by, and nothing.
SELECT is((SELECT split_at FROM shopsmart.newest_days()), NULL, 'fifty users are too few for a split by time');
DELETE FROM shop.events WHERE occurred_at > (SELECT min(occurred_at) FROM shop.events);
SELECT is((SELECT split_at FROM shopsmart.newest_days()), NULL, 'a log of one moment cannot be split by time');
SELECT is_empty($$SELECT FROM shopsmart_autotune('1 second')$$, '... nobody to judge');
DELETE FROM shop.events;
SELECT is_empty($$SELECT FROM shopsmart_autotune('1 second')$$, 'no events');

SELECT * FROM finish();
ROLLBACK;
