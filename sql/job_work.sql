-- What the shipped jobs do. Each takes its configuration as one jsonb, in which "state" is what its last successful run left,
-- and answers with the number of rows, a message, whether it had nothing to do, and the state for the next run.

-- The interaction weight that came after an event (NULL: in all), and the last event there is. Event ids grow, so that events that are
-- imported late count as new although they happened long ago, and the cost is that of the new events.
CREATE FUNCTION shopsmart.weigh_events(after_event bigint, span interval, OUT last_event bigint, OUT weight double precision)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
BEGIN
    EXECUTE format('SELECT (SELECT max(event_id) FROM %1$s), coalesce(sum(counted.events * t.weight), 0)'
                   ' FROM (SELECT e.event_type, count(*) AS events FROM %1$s e'
                   ' WHERE e.event_id > $1 AND e.occurred_at > now() - $2 AND e.occurred_at <= now() GROUP BY e.event_type) AS counted'
                   ' JOIN %2$s t USING (event_type)', attached.events, attached.event_types)
    INTO last_event, weight USING coalesce(after_event, -9223372036854775808), span;
END
$$;
COMMENT ON FUNCTION shopsmart.weigh_events(bigint, interval) IS
'the sum of the weights of events with a higher id than the given one in the span before now, and the highest id';

-- Whether a model is worth building again: it is missing, older than at_latest, not the default of shopsmart.models any more (or not
-- as defined now), events left its windows, or more than min_change of its weight is new.
CREATE FUNCTION shopsmart.pays_to_build(
    model text, span interval, config jsonb, OUT pays boolean, OUT message text, OUT state jsonb)
LANGUAGE plpgsql VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    built shopsmart.generations;
    fresh record;
    known_weight double precision := coalesce(config #>> '{state,weight}', '0');
    min_change double precision := config ->> 'min_change';
BEGIN
    SELECT * INTO built FROM shopsmart.generations g WHERE g.kind = pays_to_build.model;
    SELECT * INTO fresh FROM shopsmart.weigh_events((config #>> '{state,last_event}')::bigint, span);
    pays := built.generation IS NULL OR config -> 'state' IS NULL OR (config ->> 'force')::boolean IS TRUE
            OR built.built_at <= now() - (config ->> 'at_latest')::interval
            OR built.kind = 'similarity' AND NOT EXISTS (
                   SELECT FROM shopsmart.trained_models t JOIN shopsmart.default_model() AS d ON (t.name, t.kind, t.parameters) = (d.name, d.kind, d.parameters)
                   WHERE t.generation = built.generation)
            OR now() >= coalesce(config #>> '{state,changes_at}', 'infinity')::timestamptz
            OR fresh.weight > min_change * known_weight;
    IF NOT pays THEN
        message := CASE WHEN fresh.weight = 0 THEN format('nothing new since %s', built.as_of)
                        ELSE format('too little is new since %s: %s of the weight, at least %s are wanted', built.as_of,
                                    round((fresh.weight / known_weight)::numeric, 4), min_change) END;
        RETURN;
    END IF;
    state := jsonb_build_object('last_event', fresh.last_event);
END
$$;
COMMENT ON FUNCTION shopsmart.pays_to_build(text, interval, jsonb) IS
'whether enough is new since the last successful run of a job for its model to be built again, or why not';

CREATE FUNCTION shopsmart.job_trending(config jsonb, OUT rows bigint, OUT message text, OUT skipped boolean, OUT state jsonb)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decision record;
BEGIN
    SELECT * INTO decision FROM shopsmart.pays_to_build('trending', interval '30 days', config);
    skipped := NOT decision.pays;
    message := decision.message;
    IF decision.pays THEN
        SELECT r.scores_kept, format('%s events, %s products', r.events_read, r.products),
               decision.state || jsonb_build_object('weight', r.interaction_weight, 'changes_at', r.changes_at)
        INTO rows, message, state
        FROM @extschema@.shopsmart_refresh_trending() AS r;
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.job_trending(jsonb) IS 'the job trending: refreshes the trending lists when there are new events or old ones left a window';

CREATE FUNCTION shopsmart.job_similarity(config jsonb, OUT rows bigint, OUT message text, OUT skipped boolean, OUT state jsonb)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    decision record;
    beside record;
BEGIN
    -- (A session that has not loaded the library knows no setting of it yet.)
    SELECT * INTO decision
    FROM shopsmart.pays_to_build('similarity', coalesce(current_setting('shopsmart.lookback', true), '90d')::interval, config);
    skipped := NOT decision.pays;
    message := decision.message;
    IF decision.pays THEN
        SELECT r.pairs_kept + r.basket_pairs_kept, format('%s events, %s users, %s products', r.events_read, r.users, r.products),
               decision.state || jsonb_build_object('weight', r.interaction_weight)
        INTO rows, message, state
        FROM @extschema@.shopsmart_rebuild_similarity() AS r;
        IF EXISTS (SELECT FROM shopsmart.generations g WHERE g.kind = 'sessions') THEN
            PERFORM @extschema@.shopsmart_rebuild_sessions();
        END IF;
        -- Models that were trained by name stay as fresh; built-in ones are named like their kind.
        FOR beside IN SELECT t.name, t.name = t.kind OR EXISTS (SELECT FROM shopsmart.model_definitions d WHERE d.name = t.name) AS is_defined
                      FROM shopsmart.trained_models t
                      WHERE t.name <> (SELECT g.model FROM shopsmart.generations g WHERE g.kind = 'similarity') ORDER BY t.name
        LOOP
            IF beside.is_defined THEN
                PERFORM @extschema@.shopsmart_train(beside.name);
            ELSE
                PERFORM @extschema@.shopsmart_drop_model(beside.name);
            END IF;
        END LOOP;
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.job_similarity(jsonb) IS 'the job similarity: rebuilds similarity, baskets and popularity when enough has changed';

-- How the search index stands: whether the shop has one or its triggers (after a restore it has triggers alone), since when, and the
-- share of its products whose text changed since.
CREATE FUNCTION shopsmart.search_figures(OUT is_set_up boolean, OUT built_at timestamptz, OUT changed double precision)
LANGUAGE plpgsql STABLE PARALLEL SAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    SELECT g.built_at, (SELECT count(*) FROM shopsmart.search_changes) / greatest(i.documents, 1)::float8 INTO built_at, changed
    FROM shopsmart.generations g JOIN shopsmart.search_indexes i USING (generation) WHERE g.kind = 'search';
    is_set_up := built_at IS NOT NULL
                 OR EXISTS (SELECT FROM pg_trigger t JOIN shopsmart.shop s ON t.tgrelid = s.products WHERE t.tgname = 'shopsmart_search_insert');
END
$$;
COMMENT ON FUNCTION shopsmart.search_figures() IS 'whether search is set up, since when there is an index, and the share of its products whose text changed since';

CREATE FUNCTION shopsmart.job_search(config jsonb, OUT rows bigint, OUT message text, OUT skipped boolean)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    figures record;
BEGIN
    SELECT * INTO figures FROM shopsmart.search_figures();
    skipped := NOT figures.is_set_up
               OR figures.built_at > now() - (config ->> 'at_latest')::interval AND figures.changed <= (config ->> 'min_change')::float8
                  AND (config ->> 'force')::boolean IS NOT TRUE;
    IF NOT figures.is_set_up THEN
        message := 'search is not set up';
    ELSIF skipped THEN
        message := format('too little changed since %s: %s of the products, more than %s is wanted', figures.built_at, round(figures.changed::numeric, 4),
                          config ->> 'min_change');
    ELSE
        SELECT r.products, format('%s products, %s words, %s changes', r.products, r.words, r.changes) INTO rows, message
        FROM @extschema@.shopsmart_rebuild_search() AS r;
    END IF;
END
$$;
COMMENT ON FUNCTION shopsmart.job_search(jsonb) IS 'the job search: rebuilds the search index when the texts of enough products changed, or it is old or missing';

CREATE FUNCTION shopsmart.job_search_log(config jsonb, OUT rows bigint, OUT message text, OUT skipped boolean)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    log shopsmart.search_log := shopsmart.attached_search_log();
    keep interval := config ->> 'keep';
    min_users bigint := config ->> 'min_users';
BEGIN
    skipped := log.searches IS NULL;
    IF skipped THEN
        message := 'searches are not logged';
        RETURN;
    END IF;
    IF keep < interval '1 day' THEN
        RAISE EXCEPTION 'keep must be at least one day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    IF min_users < 2 THEN
        RAISE EXCEPTION 'min_users must be at least 2' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('DELETE FROM %s WHERE searched_at < now() - $1', log.searches) USING keep;
    GET DIAGNOSTICS rows = ROW_COUNT;
    -- What persons typed is deleted in time, whatever may be wrong with the search index.
    BEGIN
        message := format('%s old searches deleted, %s queries suggested', rows, shopsmart.suggest_queries(min_users));
    EXCEPTION WHEN OTHERS THEN
        message := format('%s old searches deleted; suggestions stay as they were: %s', rows, SQLERRM);
    END;
END
$$;
COMMENT ON FUNCTION shopsmart.job_search_log(jsonb) IS 'the job search_log: deletes logged searches that are older than keep, and chooses those that are suggested to others';

CREATE FUNCTION shopsmart.job_partitions(config jsonb, OUT rows bigint, OUT message text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
SET "TimeZone" = 'UTC'
AS $$
DECLARE
    max_moved bigint := config ->> 'max_moved';
    retired text := shopsmart.retire_default_partition(max_moved);
    default_partition regclass;
    stray record;
    left_behind bigint := 0;
BEGIN
    rows := @extschema@.shopsmart_add_partitions() + (retired IS NOT NULL)::integer;
    SELECT nullif(p.partdefid, 0::oid)::regclass INTO default_partition
    FROM shopsmart.shop s JOIN pg_partitioned_table p ON p.partrelid = s.events;
    IF default_partition IS NOT NULL THEN
        FOR stray IN EXECUTE format('SELECT date_trunc(''month'', occurred_at)::date AS month, count(*) AS events FROM %s'
                                    ' WHERE occurred_at BETWEEN now() - interval ''10 years'' AND now() + interval ''3 months'' GROUP BY 1 ORDER BY 1',
                                    default_partition)
        LOOP
            IF stray.events <= max_moved THEN
                rows := rows + @extschema@.shopsmart_add_partitions(stray.month, stray.month);
            ELSE
                left_behind := left_behind + stray.events;
            END IF;
        END LOOP;
    END IF;
    message := format('%s partitions made', rows) || coalesce(', ' || retired || ' was the default partition', '')
               || CASE WHEN left_behind > 0 THEN format('; %s events stay in %s, call shopsmart_add_partitions() for their months in a quiet hour',
                                                        left_behind, default_partition) ELSE '' END;
END
$$;
COMMENT ON FUNCTION shopsmart.job_partitions(jsonb) IS
'the job partitions: makes the partitions of the coming months, and those of months that have a few events in the default partition';

CREATE FUNCTION shopsmart.job_retention(config jsonb, OUT rows bigint, OUT message text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    attached shopsmart.shop := shopsmart.attached_shop();
    keep interval := config ->> 'keep';
    old_partitions text;
    tries_left integer := 50;
BEGIN
    IF keep < interval '1 day' THEN
        RAISE EXCEPTION 'keep must be at least one day' USING ERRCODE = 'invalid_parameter_value';
    END IF;
    EXECUTE format('DELETE FROM %s WHERE recorded_at < now() - $1', attached.event_keys) USING keep;

    SELECT count(*), string_agg(old.partition::text, ', ' ORDER BY old.partition::text) INTO rows, old_partitions
    FROM shopsmart.event_ranges() AS old
    WHERE old.upper_bound <= now() - keep;
    message := format('%s partitions dropped', rows) || coalesce(': ' || old_partitions, '');

    -- All together and last, because nobody can read events until this transaction ends. The lock is asked for briefly, and again.
    WHILE old_partitions IS NOT NULL LOOP
        BEGIN
            PERFORM set_config('lock_timeout', '50ms', true);
            EXECUTE 'DROP TABLE ' || old_partitions;
            EXIT;
        EXCEPTION WHEN lock_not_available THEN
            tries_left := tries_left - 1;
            IF tries_left = 0 THEN
                RAISE EXCEPTION 'the tables of the shop are in use'
                    USING ERRCODE = 'lock_not_available', DETAIL = 'A rebuild, a backup or another long transaction reads them.',
                          HINT = 'The job tries again later.';
            END IF;
            PERFORM pg_sleep(0.2);
        END;
    END LOOP;
END
$$;
COMMENT ON FUNCTION shopsmart.job_retention(jsonb) IS 'the job retention: drops the partitions of events that are older than keep, and keys of such events';

CREATE FUNCTION shopsmart.job_history(config jsonb, OUT rows bigint, OUT message text)
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
BEGIN
    -- The newest run, the newest good one and the newest that left a state are what the next runs are judged by.
    DELETE FROM shopsmart.job_runs r
    WHERE r.status <> 'running'
      AND (r.started_at < now() - (config ->> 'keep')::interval
           OR r.run_id <= (SELECT o.run_id FROM shopsmart.job_runs o WHERE o.job = r.job
                           ORDER BY o.run_id DESC OFFSET (config ->> 'max_runs')::bigint LIMIT 1))
      AND NOT EXISTS (SELECT FROM (SELECT max(k.run_id) AS newest,
                                          max(k.run_id) FILTER (WHERE k.status IN ('succeeded', 'skipped')) AS newest_good,
                                          max(k.run_id) FILTER (WHERE k.state IS NOT NULL) AS newest_state
                                   FROM shopsmart.job_runs k WHERE k.job = r.job) AS kept
                      WHERE r.run_id IN (kept.newest, kept.newest_good, kept.newest_state));
    GET DIAGNOSTICS rows = ROW_COUNT;
    message := format('%s old runs forgotten', rows);
END
$$;
COMMENT ON FUNCTION shopsmart.job_history(jsonb) IS 'the job history: forgets runs that are older than keep or beyond the newest max_runs of their job';
