// The call of a job's function: as the job's owner, sandboxed, for a bounded time. Everything else of jobs is sql/jobs.sql.
#include "bridge/boundary.hpp"
#include "bridge/query.hpp"

namespace shopsmart::capability {

namespace {

volatile sig_atomic_t took_too_long = false;

// Runs in a signal handler: what follows is what the server's own handler of a cancel does.
void stop_the_job() {
    took_too_long = true;
    InterruptPending = true;
    QueryCancelPending = true;
    SetLatch(MyLatch);
}

TimeoutId runtime_limit() {
    static TimeoutId id = MAX_TIMEOUTS;
    if (id == MAX_TIMEOUTS) {
        id = RegisterTimeout(USER_TIMEOUT, stop_the_job);
    }
    return id;
}

void require_rights_of(Oid owner) {
    if (!has_privs_of_role(GetUserId(), owner)) {
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("you may not run jobs of role \"%s\"", GetUserNameFromId(owner, false)),
                        errhint("Call as a member of that role, or leave it to a worker.")));
    }
}

char* qualified_name(Oid function) {
    const Oid schema = get_func_namespace(function);
    if (!OidIsValid(schema)) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_FUNCTION), errmsg("the function of the job is gone")));
    }
    return quote_qualified_identifier(get_namespace_name(schema), get_func_name(function));
}

// The function's result as jsonb in the caller's memory; nullptr for NULL.
Jsonb* call_function(Oid function, Datum config) {
    bridge::connect();
    char* sql = psprintf("SELECT pg_catalog.to_jsonb(result) FROM %s($1) AS result", qualified_name(function));
    Oid types[] = {JSONBOID};
    Datum values[] = {config};
    const int outcome = SPI_execute_with_args(sql, 1, types, values, nullptr, false, 1);
    if (outcome != SPI_OK_SELECT) {
        elog(ERROR, "SPI_execute_with_args failed: %s", SPI_result_code_string(outcome));
    }
    Jsonb* copy = nullptr;
    if (SPI_processed > 0) {
        bool is_null;
        const Datum result = SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null);
        if (!is_null) {
            Jsonb* inner = DatumGetJsonbP(result);
            copy = static_cast<Jsonb*>(SPI_palloc(VARSIZE(inner)));
            memcpy(copy, inner, VARSIZE(inner));
        }
    }
    bridge::finish();
    return copy;
}

Jsonb* call_within(double max_seconds, Oid function, Datum config) {
    const TimeoutId limit = runtime_limit();
    if (get_timeout_active(limit)) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("a job cannot run another job"),
                        errhint("Call its function instead.")));
    }
    Jsonb* volatile result = nullptr;
    took_too_long = false;
    enable_timeout_after(limit, static_cast<int>(max_seconds * 1000));
    PG_TRY();
    {
        result = call_function(function, config);
    }
    PG_CATCH();
    {
        disable_timeout(limit, false);
        if (took_too_long && geterrcode() == ERRCODE_QUERY_CANCELED) {
            FlushErrorState();
            ereport(ERROR, (errcode(ERRCODE_CONFIGURATION_LIMIT_EXCEEDED), errmsg("the job ran longer than its max_runtime"),
                            errhint("shopsmart_alter_job() gives it more time.")));
        }
        PG_RE_THROW();
    }
    PG_END_TRY();
    disable_timeout(limit, false);
    if (took_too_long) {
        // It ended in the moment in which it was to be stopped.
        QueryCancelPending = false;
    }
    return result;
}

}  // namespace

// An error needs no clean-up here: the abort of the (sub)transaction gives back user, security context and settings.
SHOPSMART_FUNCTION(shopsmart_call_job) {
    const Oid owner = PG_GETARG_OID(1);
    const double max_seconds = PG_GETARG_FLOAT8(3);
    if (!(max_seconds > 0 && max_seconds <= 20 * SECS_PER_DAY)) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("max_seconds must be positive and at most 20 days")));
    }
    require_rights_of(owner);

    Oid caller;
    int callers_context;
    GetUserIdAndSecContext(&caller, &callers_context);
    SetUserIdAndSecContext(owner, callers_context | SECURITY_LOCAL_USERID_CHANGE | SECURITY_RESTRICTED_OPERATION);
    const int settings_level = NewGUCNestLevel();
    Jsonb* result = call_within(max_seconds, PG_GETARG_OID(0), PG_GETARG_DATUM(2));
    AtEOXact_GUC(false, settings_level);
    SetUserIdAndSecContext(caller, callers_context);

    if (result == nullptr) {
        PG_RETURN_NULL();
    }
    PG_RETURN_JSONB_P(result);
}

}  // namespace shopsmart::capability
