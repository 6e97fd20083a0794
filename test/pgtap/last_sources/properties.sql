-- What holds for every answer that shopsmart_last_sources tells of.
\ir ../fixture/random_shop.psql
SELECT plan(4);

CREATE TEMPORARY TABLE told (u bigint, turn bigint, personalized bigint, session bigint, shared bigint, stored bigint);
DO $$
DECLARE
    personalized bigint;
BEGIN
    FOR turn IN 1..2 LOOP
        FOR u IN 1..50 LOOP
            SELECT count(*) FILTER (WHERE r.strategy = 'personalized') INTO personalized FROM shopsmart_recommend('user ' || u, as_of => '2026-06-30 12:00Z') AS r;
            INSERT INTO pg_temp.told SELECT u, turn, personalized, s.* FROM shopsmart_last_sources() AS s;
        END LOOP;
    END LOOP;
END
$$;
SELECT cmp_ok((SELECT count(*) FROM told WHERE session > 0), '>', 50::bigint, 'there is something to judge');
SELECT is_empty('SELECT * FROM told WHERE personalized > 0 AND session + shared + stored = 0', 'a personalised answer rests on lists');
SELECT is_empty('SELECT a.u FROM told a JOIN told b USING (u) WHERE a.turn = 1 AND b.turn = 2 AND a.session + a.shared + a.stored <> b.session + b.shared + b.stored', 'the same answer on as many');
SELECT is_empty('SELECT * FROM told WHERE turn = 2 AND shared + stored > 0', 'the second time from the memory of the session alone');

SELECT * FROM finish();
ROLLBACK;
