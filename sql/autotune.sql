-- Lets the shop's own events choose the model.

-- What can be tried of each kind: the values that a parameter may take, in order, where the search starts, and what counts where
-- a definition does not say. Without a kind: how histories are read for any model, for which settings speak otherwise.
CREATE FUNCTION shopsmart.tunable_parameters()
RETURNS TABLE (kind text, parameter text, built_in double precision, start double precision, grid double precision[])
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    VALUES ('cosine',  'shrinkage', 0,   5,    '{0,2,5,10,20,50}'::double precision[]),
           ('tf_idf',  'shrinkage', 0,   5,    '{0,2,5,10,20,50}'),
           ('llr',     'shrinkage', 0,   0,    '{0,2,5,10,20}'),
           ('bm25',    'k1',        1.2, 1.2,  '{0.3,0.6,1.2,2.5,5}'),
           ('bm25',    'b',         0.75, 0.5, '{0,0.25,0.5,0.75,1}'),
           ('bm25',    'shrinkage', 0,   0,    '{0,1,3,10}'),
           ('rp3beta', 'alpha',     0.75, 0.75, '{0.25,0.5,0.75,1,1.3}'),
           ('rp3beta', 'beta',      0.6, 0.6,  '{0,0.2,0.4,0.6,0.8,1}'),
           ('rp3beta', 'smoothing', 30,  30,   '{0,3,10,30,100}'),
           ('rp3beta', 'shrinkage', 10,  10,   '{0,1,3,10,30}'),
           ('slim',    'l1',        0.5, 0.5,  '{0,0.2,0.5,1,2}'),
           ('slim',    'l2',        10,  10,   '{3,10,30}'),
           ('slim',    'candidates', 100, 100, '{50,100,200,300}'),
           ('ease',    'lambda',    300, 300,  '{50,100,300,1000}'),
           ('ials',    'regularization', 0.001, 0.001, '{0.0003,0.001,0.003,0.01}'),
           ('ials',    'unobserved_weight', 0.1, 0.1, '{0.01,0.03,0.1,0.3,1}'),
           ('ials',    'factors',   64,  64,   '{32,64,128}'),
           ('blend',   'share',     0.5, 0.5,  '{0.1,0.2,0.3,0.4,0.5,0.6,0.7,0.8,0.9}'),
           (NULL,      'history_events',    NULL, NULL, '{50,200,1000}'),
           (NULL,      'history_half_life', NULL, NULL, '{0,1,2,3,6,12,25}'),
           (NULL,      'history_exponent',  NULL, NULL, '{0,0.5,1}'),
           (NULL,      'scored_neighbors',  NULL, NULL, '{10,20,50,100}')
$$;
COMMENT ON FUNCTION shopsmart.tunable_parameters() IS
'the parameters that shopsmart_autotune() tries: where it starts, and the values it may step to';

-- What the search calls a definition: the kind with all parameters, how histories are read first; parts of a blend by kind and a
-- hash. Long names end in a hash, too: that of a model has 63 characters at most.
CREATE FUNCTION shopsmart.tuning_name(kind text, parameters jsonb) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT CASE WHEN char_length(whole.name) <= 63 THEN whole.name ELSE left(whole.name, 58) || ':' || left(md5(whole.name), 4) END
    FROM (
        SELECT tuning_name.kind || ' ' || string_agg(
                   replace(p.key, 'history_', '') || '=' || CASE jsonb_typeof(p.value) WHEN 'object' THEN (p.value ->> 'kind') || ':' || left(md5(p.value::text), 4) ELSE p.value::text END,
                   ' ' ORDER BY p.key = ANY (d.reading) DESC, p.key)
        FROM (SELECT jsonb_object_agg(t.parameter, t.built_in) FILTER (WHERE t.kind = tuning_name.kind), array_agg(t.parameter) FILTER (WHERE t.kind IS NULL)
              FROM shopsmart.tunable_parameters() AS t) AS d (built_in, reading)
        CROSS JOIN jsonb_each(coalesce(d.built_in, '{}') || tuning_name.parameters) AS p
    ) AS whole (name)
$$;
COMMENT ON FUNCTION shopsmart.tuning_name(text, jsonb) IS
'the name that shopsmart_autotune() gives a definition, the same for equal ones';

-- From a definition those that lie one step away; without one where the search starts, with one kind or with all but blends.
CREATE FUNCTION shopsmart.tuning_steps(from_kind text, from_parameters jsonb)
RETURNS TABLE (name text, kind text, parameters jsonb)
LANGUAGE sql IMMUTABLE PARALLEL SAFE ROWS 10
SET search_path = pg_catalog, pg_temp
AS $$
    WITH definition AS (
        SELECT t.kind, jsonb_object_agg(t.parameter, t.start) AS parameters
        FROM shopsmart.tunable_parameters() AS t
        WHERE from_parameters IS NULL AND coalesce(t.kind = from_kind, true) AND t.kind <> 'blend' GROUP BY t.kind
        UNION ALL
        SELECT t.kind, from_parameters || jsonb_build_object(t.parameter, step.value)
        FROM shopsmart.tunable_parameters() AS t
        CROSS JOIN LATERAL (SELECT array_position(t.grid, coalesce((from_parameters ->> t.parameter)::double precision, t.built_in)) AS place) AS here
        CROSS JOIN LATERAL (VALUES (t.grid[here.place - 1]), (t.grid[here.place + 1])) AS step (value)
        WHERE from_parameters IS NOT NULL AND t.kind = from_kind AND step.value IS NOT NULL
    )
    SELECT shopsmart.tuning_name(d.kind, d.parameters), d.kind, d.parameters FROM definition d
$$;
COMMENT ON FUNCTION shopsmart.tuning_steps(text, jsonb) IS
'definitions that shopsmart_autotune() tries next to one; without parameters those that it starts from, of one kind or of all';

-- A definition with each other value of one of the parameters that say how histories are read. All of them are tried at once: models
-- that differ in nothing else are made once.
CREATE FUNCTION shopsmart.tuning_readings(of_kind text, of_parameters jsonb)
RETURNS TABLE (name text, kind text, parameters jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 15
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT shopsmart.tuning_name(of_kind, d.parameters), of_kind, d.parameters
    FROM shopsmart.tunable_parameters() AS t CROSS JOIN unnest(t.grid) AS other (value)
    CROSS JOIN LATERAL (SELECT of_parameters || jsonb_build_object(t.parameter, other.value) AS parameters) AS d
    WHERE t.kind IS NULL
      AND other.value IS DISTINCT FROM coalesce(of_parameters ->> t.parameter, current_setting('shopsmart.' || t.parameter, true))::double precision
$$;
COMMENT ON FUNCTION shopsmart.tuning_readings(text, jsonb) IS
'a definition with other ways to read histories, which shopsmart_autotune() tries';

-- What was judged in these runs, each under a name of its own, with those of its parameters that say how histories are read, and its
-- NDCG. Among definitions within about half a percent the one that says least of histories comes first: that much is chance, and where
-- histories are short, it is all the same.
CREATE FUNCTION shopsmart.judged_definitions(runs bigint[])
RETURNS TABLE (place bigint, name text, kind text, parameters jsonb, reading jsonb, ndcg double precision)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 30
SET search_path = pg_catalog, pg_temp
AS $$
    SELECT row_number() OVER (ORDER BY round(200 * ln(nullif(m.ndcg, 0))) DESC NULLS LAST, said.count, m.ndcg DESC, d.name),
           d.name, d.kind, d.parameters, said.reading, m.ndcg
    FROM (SELECT m.name, m.kind, m.parameters FROM shopsmart.model_definitions m UNION SELECT p.name, p.kind, p.parameters FROM shopsmart.default_model() AS p) AS d
    JOIN shopsmart.evaluation_metrics m ON m.model = d.name AND m.run_id = ANY (runs) AND m.segment = 'all'
    CROSS JOIN LATERAL (SELECT count(*), coalesce(jsonb_object_agg(p.key, p.value), '{}') FROM jsonb_each(d.parameters) AS p
                        JOIN shopsmart.tunable_parameters() AS t ON t.parameter = p.key AND t.kind IS NULL) AS said (count, reading)
$$;
COMMENT ON FUNCTION shopsmart.judged_definitions(bigint[]) IS
'definitions that runs of shopsmart_evaluate() judged, with their NDCG';

-- Half of the best definition of the best kind with half of that of each of the next two kinds; histories are read as for the best.
CREATE FUNCTION shopsmart.tuning_blends(runs bigint[])
RETURNS TABLE (name text, kind text, parameters jsonb)
LANGUAGE sql STABLE PARALLEL SAFE ROWS 2
SET search_path = pg_catalog, pg_temp
AS $$
    WITH best_of_kind AS (
        SELECT DISTINCT ON (d.kind) d.kind, d.parameters - ARRAY(SELECT jsonb_object_keys(d.reading)) || jsonb_build_object('kind', d.kind) AS part,
               d.reading, d.place
        FROM shopsmart.judged_definitions(runs) AS d WHERE d.kind <> 'blend' ORDER BY d.kind, d.place
    ), ranked AS (
        SELECT b.kind, b.part, b.reading, row_number() OVER (ORDER BY b.place) AS place FROM best_of_kind b
    ), blend AS (
        -- In alphabetical order: which of the two is the better one may change while both are tuned.
        SELECT best.reading || jsonb_build_object('share', 0.5, CASE WHEN best.kind < other.kind THEN 'first' ELSE 'second' END, best.part,
                                  CASE WHEN best.kind < other.kind THEN 'second' ELSE 'first' END, other.part) AS parameters
        FROM ranked best JOIN ranked other ON other.place IN (2, 3) WHERE best.place = 1
    )
    SELECT shopsmart.tuning_name('blend', b.parameters), 'blend', b.parameters FROM blend b
$$;
COMMENT ON FUNCTION shopsmart.tuning_blends(bigint[]) IS
'blends of the best models that runs of shopsmart_evaluate() found, which shopsmart_autotune() tries next';

-- The newest days that enough users were active in, to judge models by: a time split, or NULL when time tells nothing.
CREATE FUNCTION shopsmart.newest_days(OUT split_at timestamptz, OUT as_of timestamptz)
LANGUAGE plpgsql VOLATILE PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    wanted_users constant bigint := 1000;
    least_users constant bigint := 100; -- fewer do not tell models apart
    events regclass := (shopsmart.attached_shop()).events;
    first_event timestamptz;
    days integer;
    found_users bigint;
    users_with_last bigint; -- whose last event could be judged, as far as it matters
BEGIN
    EXECUTE format('SELECT min(occurred_at), max(occurred_at) FROM %s WHERE occurred_at <= now()', events) INTO first_event, as_of;
    FOREACH days IN ARRAY '{1,3,7,14,28}'::integer[] LOOP
        EXIT WHEN as_of - make_interval(days => 3 * days) < first_event;
        split_at := as_of - make_interval(days => days);
        EXECUTE format('SELECT count(*) FROM (SELECT DISTINCT e.user_id FROM %1$s e WHERE e.occurred_at > $1 AND e.occurred_at <= $2'
                       ' AND EXISTS (SELECT FROM %1$s o WHERE o.user_id = e.user_id AND o.occurred_at <= $1) LIMIT $3) AS u', events)
        INTO found_users USING split_at, as_of, wanted_users;
        EXIT WHEN found_users = wanted_users;
    END LOOP;
    IF found_users < wanted_users THEN
        EXECUTE format('SELECT count(*) FROM (SELECT FROM %s e WHERE e.occurred_at <= $1 GROUP BY e.user_id HAVING count(*) > 1 LIMIT $2) AS u', events)
        INTO users_with_last USING as_of, 10 * found_users;
        IF found_users < least_users OR users_with_last = 10 * found_users THEN
            split_at := NULL;
        END IF;
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.newest_days() IS
'the newest 1 to 28 days in which a thousand users with a history came back; split_at is NULL when the log is shorter than that, or fewer than a hundred did, or less than a tenth of those who have two events';

CREATE FUNCTION @extschema@.shopsmart_autotune(
    budget interval DEFAULT '10 minutes', dry_run boolean DEFAULT false, answers text[] DEFAULT NULL, max_users integer DEFAULT 5000)
RETURNS TABLE (place bigint, model text, users bigint, ndcg double precision, ndcg_low double precision, ndcg_high double precision,
               hit_rate double precision, coverage double precision, note text)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE ROWS 30
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    started constant timestamptz := clock_timestamp();
    list_length constant integer := 20;
    enough_users constant bigint := 100; -- fewer have no say about a winner
    -- What is not begun yet: the other kinds with the best way to read histories, then kinds that take longer or want their figures.
    later text[] := '{others,slim,blend,ials,ease}';
    judged_days record;
    split text;          -- how they are judged
    present record;      -- the default model as it is
    present_name text;   -- what the search would call it
    batch text[];        -- names to judge next
    made text[] := '{}'; -- definitions of ours
    runs bigint[] := '{}';
    read text[] := '{}';     -- whose other readings were tried
    expanded text[] := '{}'; -- whose steps were tried
    best record;         -- of all that was judged
    base record;         -- whose steps are tried now
    searched record;     -- figures of the default by the users of the search
    phase text := 'first'; -- what is tried now: first, readings, others, a kind that begins, steps
    batch_started timestamptz;
    phase_seconds jsonb := '{}'; -- that the last one of this name took
    holds boolean;
    verdict text;
BEGIN
    IF budget IS NULL OR dry_run IS NULL OR max_users IS NULL THEN
        RAISE EXCEPTION 'budget, dry_run and max_users must not be null' USING ERRCODE = 'null_value_not_allowed';
    ELSIF budget <= interval '0' THEN
        RAISE EXCEPTION 'budget must be positive' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    SELECT * INTO judged_days FROM shopsmart.newest_days();
    split := CASE WHEN judged_days.split_at IS NULL THEN 'leave_last_out' ELSE 'time' END;
    SELECT * INTO present FROM shopsmart.default_model();
    present_name := shopsmart.tuning_name(present.kind, present.parameters);
    batch := ARRAY[present.name, 'popularity', 'trending'];
    SELECT NULL::text AS kind, NULL::jsonb AS parameters, '{}'::jsonb AS reading INTO best;
    base := best;

    -- All kinds, then how the best one reads histories, then the other kinds like that, then best first: what lies one step away from
    -- the best one whose steps were not tried yet. Whenever there is a new best one, other readings of it come first. Blends of
    -- the best are tried as soon as there is slim, and whenever tuning made one of them better.
    LOOP
        WITH candidate (kind, parameters) AS (
            SELECT s.kind, CASE WHEN base.parameters IS NULL THEN s.parameters || best.reading ELSE s.parameters END
            FROM shopsmart.tuning_steps(base.kind, base.parameters) AS s
            WHERE phase NOT IN ('readings', 'others') AND (phase <> 'first' OR s.kind <> ALL (later))
            UNION
            SELECT r.kind, r.parameters FROM shopsmart.tuning_readings(best.kind, best.parameters) AS r WHERE phase = 'readings'
            UNION
            SELECT d.kind, d.parameters - ARRAY(SELECT jsonb_object_keys(d.reading)) || best.reading
            FROM (SELECT DISTINCT ON (j.kind) j.* FROM shopsmart.judged_definitions(runs) AS j ORDER BY j.kind, j.place) AS d WHERE phase = 'others'
            UNION
            SELECT b.kind, b.parameters FROM shopsmart.tuning_blends(runs) AS b WHERE phase IN ('blend', 'steps')
        ), definition AS (
            INSERT INTO shopsmart.model_definitions AS d (name, kind, parameters)
            SELECT named.name, c.kind, c.parameters FROM candidate c CROSS JOIN shopsmart.tuning_name(c.kind, c.parameters) AS named (name)
            WHERE named.name <> ALL (made) AND named.name <> present_name
            ON CONFLICT DO NOTHING RETURNING d.name
        )
        SELECT made || coalesce(array_agg(d.name), '{}'), batch || coalesce(array_agg(d.name), '{}') INTO made, batch FROM definition d;
        IF batch <> '{}' THEN
            batch_started := clock_timestamp();
            BEGIN
                PERFORM FROM @extschema@.shopsmart_evaluate(batch, split,
                    ARRAY[list_length], judged_days.split_at, judged_days.as_of, answers => shopsmart_autotune.answers, max_users => shopsmart_autotune.max_users);
                runs := runs || (SELECT max(r.run_id) FROM shopsmart.evaluation_runs r);
            EXCEPTION WHEN program_limit_exceeded OR out_of_memory THEN
                -- A kind that cannot take this shop is none for it; those that can all take came first.
                IF runs = '{}' THEN
                    RAISE;
                END IF;
            END;
            phase_seconds := phase_seconds || jsonb_build_object(phase, extract(epoch FROM clock_timestamp() - batch_started));
        END IF;
        batch := '{}';
        SELECT * INTO best FROM shopsmart.judged_definitions(runs) AS d WHERE d.place = 1;
        EXIT WHEN best.name IS NULL; -- nobody to judge
        IF best.name <> ALL (read) THEN
            phase := 'readings';
            read := read || best.name;
        ELSIF later <> '{}' THEN
            phase := later[1];
            later := later[2:];
            SELECT phase AS kind, NULL::jsonb AS parameters INTO base;
        ELSE
            phase := 'steps';
            SELECT * INTO base
            FROM shopsmart.judged_definitions(runs) AS d WHERE d.name <> ALL (expanded) AND d.reading = best.reading ORDER BY d.place LIMIT 1;
            EXIT WHEN base.name IS NULL;
            expanded := expanded || base.name;
        END IF;
        EXIT WHEN clock_timestamp() - started + make_interval(secs => coalesce(phase_seconds ->> phase, phase_seconds ->> 'first')::double precision) > budget;
    END LOOP;

    -- The best takes the default's place when it lies above the interval of the default, and the days before say the same. Most of that
    -- interval is users who are hard to please for both; user by user twice as many of them can tell more. But to those of the search, who
    -- are drawn again, the best of sixty tries looks better than it is: the others must agree by themselves (docs/internals.md, "Evaluation").
    SELECT * INTO searched FROM shopsmart.evaluation_metrics m WHERE m.run_id = runs[1] AND m.model = present.name AND m.segment = 'all';
    holds := best.ndcg > searched.ndcg_high;
    IF NOT holds AND best.ndcg > searched.ndcg THEN
        BEGIN
            SELECT m.ndcg_gain_low > 0 AND others.users >= enough_users
                   AND (m.users * m.ndcg_gain - searched.users * (best.ndcg - searched.ndcg)) / others.users
                       > (m.ndcg_gain - m.ndcg_gain_low) * sqrt(m.users / others.users)
            INTO holds
            FROM @extschema@.shopsmart_evaluate(ARRAY[present.name, best.name], split,
                ARRAY[list_length], judged_days.split_at, judged_days.as_of, answers => shopsmart_autotune.answers,
                max_users => least(2 * shopsmart_autotune.max_users::bigint, 1000000)::integer) AS m
            CROSS JOIN LATERAL (SELECT nullif(m.users - searched.users, 0)::double precision) AS others (users)
            WHERE m.model = best.name;
        EXCEPTION WHEN program_limit_exceeded OR out_of_memory THEN
            -- There is no memory for so many users.
            holds := false;
        END;
    END IF;
    IF best.name = present.name OR best.name IS NULL THEN
        verdict := 'stays the default';
    ELSIF holds IS NOT TRUE THEN
        verdict := 'not told apart from the default';
    ELSIF judged_days.split_at IS NOT NULL THEN
        SELECT judged < enough_users OR (reached ->> best.name)::double precision > (reached ->> present.name)::double precision INTO holds
        FROM (SELECT jsonb_object_agg(m.model, m.ndcg), coalesce(max(m.users), 0)
              FROM @extschema@.shopsmart_evaluate(ARRAY[present.name, best.name], 'time', ARRAY[list_length],
                  judged_days.split_at - (judged_days.as_of - judged_days.split_at), judged_days.split_at,
                  answers => shopsmart_autotune.answers, max_users => shopsmart_autotune.max_users) AS m) AS before (reached, judged);
        verdict := CASE WHEN holds IS NOT TRUE THEN 'not better on the days before' END;
    END IF;
    IF verdict IS NULL THEN
        verdict := CASE WHEN dry_run THEN 'would be the default' ELSE 'is the default now' END;
    ELSE
        holds := false;
    END IF;
    RETURN QUERY
        SELECT row_number() OVER (ORDER BY m.ndcg DESC, m.model IS DISTINCT FROM best.name, m.model), m.model, m.users, m.ndcg, m.ndcg_low, m.ndcg_high, m.hit_rate, m.coverage,
               CASE WHEN m.model = best.name THEN verdict WHEN m.model = present.name THEN 'the default before' END
        FROM shopsmart.evaluation_metrics m WHERE m.run_id = ANY (runs) AND m.segment = 'all' ORDER BY 1;

    DELETE FROM shopsmart.model_definitions d WHERE d.name = ANY (made) AND (d.name <> best.name OR dry_run OR NOT holds);
    IF holds AND NOT dry_run THEN
        UPDATE shopsmart.model_definitions d SET is_default = false WHERE d.is_default;
        UPDATE shopsmart.model_definitions d SET is_default = true WHERE d.name = best.name;
        PERFORM @extschema@.shopsmart_train(best.name);
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_autotune(interval, boolean, text[], integer) IS
'tries models and parameters on the newest days for about as long as the budget, and makes the best the default when it beats the present one beyond doubt; the leaderboard, best first';
