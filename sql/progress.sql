-- What long calls of any session are doing right now.

CREATE FUNCTION @extschema@.shopsmart_progress(
    OUT pid integer, OUT task text, OUT phase text, OUT done bigint, OUT total bigint, OUT started_at timestamptz)
RETURNS SETOF record
LANGUAGE c VOLATILE STRICT PARALLEL RESTRICTED ROWS 2
AS 'MODULE_PATHNAME', 'shopsmart_progress';
COMMENT ON FUNCTION @extschema@.shopsmart_progress() IS
'one row for each rebuild or refresh that runs now in this database: its backend, task, phase, units done and total of that phase';

CREATE VIEW shopsmart.progress WITH (security_invoker = true) AS
    SELECT pid, task, phase, done, total, started_at FROM @extschema@.shopsmart_progress();
COMMENT ON VIEW shopsmart.progress IS 'rebuilds and refreshes that run now: task, phase, units done and total of that phase';
