-- The registry of similarity models: what the shop has named, what can be read, and how good it was.

CREATE VIEW shopsmart.models WITH (security_invoker = true) AS
    SELECT d.name, d.kind, d.parameters, d.is_default,
           (SELECT t.trained_at FROM shopsmart.trained_models t
            WHERE t.name OPERATOR(pg_catalog.=) d.name AND t.kind OPERATOR(pg_catalog.=) d.kind
              AND t.parameters OPERATOR(pg_catalog.=) d.parameters) AS trained_at,
           (SELECT pg_catalog.jsonb_build_object('run_id', r.run_id, 'split', r.split, 'split_at', r.split_at, 'users', m.users, 'k', m.k,
                                                 'ndcg', m.ndcg, 'ndcg_low', m.ndcg_low, 'ndcg_high', m.ndcg_high,
                                                 'hit_rate', m.hit_rate, 'recall', m.recall, 'coverage', m.coverage)
            FROM shopsmart.evaluation_metrics m JOIN shopsmart.evaluation_runs r ON r.run_id OPERATOR(pg_catalog.=) m.run_id
            WHERE m.model OPERATOR(pg_catalog.=) d.name AND m.segment OPERATOR(pg_catalog.=) 'all'::text
              AND r.parameters OPERATOR(pg_catalog.->) 'definitions'::text OPERATOR(pg_catalog.->) d.name
                  OPERATOR(pg_catalog.=) pg_catalog.jsonb_build_object('kind', d.kind, 'parameters', d.parameters)
            ORDER BY r.run_id DESC, m.k DESC LIMIT 1) AS metrics
    FROM shopsmart.model_definitions d;
COMMENT ON VIEW shopsmart.models IS
'similarity models that the shop has named: insert, update and delete name, kind, parameters, also of how histories are read, and is_default here; trained_at and metrics are those of the present definition';

CREATE FUNCTION shopsmart.default_model(OUT name text, OUT kind text, OUT parameters jsonb)
LANGUAGE c STABLE PARALLEL SAFE
AS 'MODULE_PATHNAME', 'shopsmart_default_model';
COMMENT ON FUNCTION shopsmart.default_model() IS
'the model that recommendations are to rest on: the one of shopsmart.models that is_default, or the built-in default';

CREATE FUNCTION @extschema@.shopsmart_train(
    model text, lookback interval DEFAULT NULL, as_of timestamptz DEFAULT NULL,
    OUT generation bigint, OUT is_default boolean, OUT events_read bigint, OUT users bigint, OUT products bigint, OUT pairs_kept bigint,
    OUT blocks integer, OUT total_seconds double precision, OUT peak_memory_bytes bigint)
LANGUAGE c VOLATILE CALLED ON NULL INPUT PARALLEL UNSAFE
AS 'MODULE_PATHNAME', 'shopsmart_train';
COMMENT ON FUNCTION @extschema@.shopsmart_train(text, interval, timestamptz) IS
'computes one similarity model from the events, so that recommendations can be asked of it by name; the default model becomes current at once';

CREATE FUNCTION @extschema@.shopsmart_drop_model(model text) RETURNS void
LANGUAGE plpgsql VOLATILE STRICT PARALLEL UNSAFE
SET search_path = pg_catalog, pg_temp
AS $$
DECLARE
    found_any boolean;
BEGIN
    -- The lock of the rebuild, which writes the same rows.
    IF NOT pg_try_advisory_xact_lock(1397510992, 1) THEN
        RAISE EXCEPTION 'a rebuild of the similarity model already runs'
            USING ERRCODE = 'lock_not_available', HINT = 'Wait until it ends, or cancel it.';
    END IF;
    IF EXISTS (SELECT FROM shopsmart.model_definitions d WHERE d.name = model AND d.is_default)
       OR EXISTS (SELECT FROM shopsmart.generations g WHERE g.kind = 'similarity' AND g.model = shopsmart_drop_model.model) THEN
        RAISE EXCEPTION 'recommendations rest on model "%"', model
            USING ERRCODE = 'object_in_use', HINT = 'Make another one the default and call shopsmart_rebuild_similarity() first.';
    END IF;
    DELETE FROM shopsmart.model_definitions d WHERE d.name = model;
    found_any := FOUND;
    DELETE FROM shopsmart.neighbors n USING shopsmart.trained_models t WHERE t.name = model AND n.generation = t.generation;
    DELETE FROM shopsmart.trained_models t WHERE t.name = model;
    IF NOT (found_any OR FOUND) THEN
        RAISE EXCEPTION 'model "%" does not exist', model USING ERRCODE = 'undefined_object', HINT = 'shopsmart.models lists the models.';
    END IF;
END
$$;
COMMENT ON FUNCTION @extschema@.shopsmart_drop_model(text) IS
'forgets a model: its definition and what was trained';
