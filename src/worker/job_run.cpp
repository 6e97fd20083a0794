// A worker: visits one database, runs one job if one is due, and leaves word when the next visit is worthwhile. See README.md.
#include "bridge/boundary.hpp"
#include "bridge/query.hpp"
#include "settings.hpp"
#include "worker/slots.hpp"

extern "C" {
PGDLLEXPORT void shopsmart_job_main(Datum slot);
}

namespace shopsmart::worker {

namespace {

struct Run {
    char* job;
    int64 run_id;
};

char* text_or_null(int column) { return SPI_getvalue(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, column); }

// Whatever a database or role has as its defaults, bookkeeping must work and must not wait for a standby.
void set_session_defaults() {
    const char* const settings[][2] = {
        {"search_path", "pg_catalog, pg_temp"}, {"synchronous_commit", "local"}, {"default_transaction_isolation", "read committed"},
        {"default_transaction_read_only", "off"}, {"default_transaction_deferrable", "off"}, {"lock_timeout", "0"},
        {"idle_in_transaction_session_timeout", "0"}, {"session_replication_role", "origin"}, {"row_security", "on"},
        {"client_min_messages", "warning"}};
    for (const auto& setting : settings) {
        SetConfigOption(setting[0], setting[1], PGC_SUSET, PGC_S_OVERRIDE);
    }
}

// Begins a transaction and keeps the extension from being dropped in it; false: there is none.
bool begin_with_extension() {
    SetCurrentStatementStartTimestamp();
    StartTransactionCommand();
    PushActiveSnapshot(GetTransactionSnapshot());
    const Oid extension = get_extension_oid("shopsmart", true);
    if (!OidIsValid(extension)) {
        return false;
    }
    LockDatabaseObject(ExtensionRelationId, extension, 0, AccessShareLock);
    AcceptInvalidationMessages();
    if (get_extension_oid("shopsmart", true) != extension) {
        return false;
    }
    set_extension(extension);
    // What was committed while we waited for the lock has to be seen.
    PopActiveSnapshot();
    PushActiveSnapshot(GetTransactionSnapshot());
    bridge::connect();
    return true;
}

void commit() {
    bridge::finish();
    PopActiveSnapshot();
    CommitTransactionCommand();
    set_extension(InvalidOid);
}

void execute(const char* sql, int count, Oid* types, Datum* values) {
    const int outcome = SPI_execute_with_args(sql, count, types, values, nullptr, false, 0);
    if (outcome != SPI_OK_SELECT || SPI_processed != 1) {
        elog(ERROR, "a query of the job's worker failed: %s", SPI_result_code_string(outcome));
    }
}

// Notes the start of a job that is due; false: nothing is.
bool start_run(Run& run) {
    const TimestampTz after_naptime = GetCurrentTimestamp() + settings::job_naptime_seconds() * USECS_PER_SEC;
    if (!begin_with_extension()) {
        set_next_visit(after_naptime);
        return false;
    }
    execute("SELECT job, run_id, next_start FROM shopsmart.start_due_run(pg_catalog.clock_timestamp())", 0, nullptr, nullptr);
    HeapTuple row = SPI_tuptable->vals[0];
    bool is_null;
    const Datum next_start = SPI_getbinval(row, SPI_tuptable->tupdesc, 3, &is_null);
    set_next_visit(is_null ? after_naptime : DatumGetTimestampTz(next_start));
    const Datum run_id = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &is_null);
    if (!is_null) {
        run.run_id = DatumGetInt64(run_id);
        run.job = MemoryContextStrdup(TopMemoryContext, text_or_null(1));
    }
    const bool started = !is_null;
    commit();
    return started;
}

void report_failure(const Run& run) {
    Oid types[] = {TEXTOID, INT8OID};
    Datum values[] = {CStringGetTextDatum(run.job), Int64GetDatum(run.run_id)};
    execute("SELECT sqlstate, message, detail FROM shopsmart.job_runs"
            " WHERE job OPERATOR(pg_catalog.=) $1 AND run_id OPERATOR(pg_catalog.=) $2", 2, types, values);
    const char* sqlstate = text_or_null(1);
    const char* message = text_or_null(2);
    ereport(LOG, (errmsg("job \"%s\" failed: %s", run.job, message == nullptr ? "" : message),
                  errdetail("SQLSTATE %s in database \"%s\".", sqlstate == nullptr ? "" : sqlstate, get_database_name(MyDatabaseId)),
                  errhint("shopsmart.job_stats and shopsmart.job_runs tell more. The same failure is logged once an hour.")));
}

void perform_run(const Run& run) {
    if (!begin_with_extension()) {
        return;
    }
    Oid types[] = {TEXTOID, INT8OID};
    Datum values[] = {CStringGetTextDatum(run.job), Int64GetDatum(run.run_id)};
    execute("SELECT shopsmart.perform_run($1, $2, false)", 2, types, values);
    bool is_null;
    if (DatumGetBool(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null))) {
        report_failure(run);
    }
    commit();
}

void visit(int slot) {
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    const Oid database = claim_slot(slot);
    if (!OidIsValid(database)) {
        return;
    }
    BackgroundWorkerInitializeConnectionByOid(database, InvalidOid, 0);
    set_session_defaults();
    Run run;
    if (start_run(run)) {
        pgstat_report_activity(STATE_RUNNING, psprintf("shopsmart job %s", run.job));
        set_next_visit(0);
        perform_run(run);
        set_next_visit(GetCurrentTimestamp());
    }
}

}  // namespace

}  // namespace shopsmart::worker

void shopsmart_job_main(Datum slot) {
    shopsmart::bridge::boundary([&]() -> Datum {
        shopsmart::worker::visit(DatumGetInt32(slot));
        return Datum{0};
    });
}
