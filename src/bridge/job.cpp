#include "bridge/job.hpp"

#include "bridge/pg_call.hpp"
#include "compat/pg_compat.hpp"

namespace shopsmart::bridge {

namespace {

// First key of all advisory locks of the extension; shopsmart_setup() takes (kLockSpace, 0), a task its own number.
constexpr int32 kLockSpace = 1397510992;

// The progress slot that every backend has in shared memory carries a command number, and the server's own views show
// the numbers they know. A number of our own makes progress visible without preloading the library.
constexpr int kProgressCommand = 0x53484F50;

enum Slot : int { kTask, kPhase, kDone, kTotal, kStartedAt };

const char* const kTaskNames[] = {nullptr, "rebuild_similarity", "refresh_trending", "evaluate", "rebuild_sessions", "rebuild_search"};
const char* const kPhaseNames[] = {"scan", "similarity", "baskets", "write", "evaluate"};

void lock_task(Task task) {
    const Datum locked = DirectFunctionCall2(pg_try_advisory_xact_lock_int4, Int32GetDatum(kLockSpace), Int32GetDatum(static_cast<int32>(task)));
    if (!DatumGetBool(locked)) {
        ereport(ERROR, (errcode(ERRCODE_LOCK_NOT_AVAILABLE),
                        task == Task::rebuild_similarity ? errmsg("a rebuild of the similarity model already runs")
                        : task == Task::rebuild_sessions ? errmsg("a rebuild of the sessions already runs")
                        : task == Task::rebuild_search   ? errmsg("a rebuild of the search index already runs")
                                                         : errmsg("a refresh of the trending lists already runs"),
                        errhint("Wait until it has ended; shopsmart_progress() shows how far it is.")));
    }
}

template <int64 count>
const char* name_of(const char* const (&names)[count], int64 number) {
    return number >= 0 && number < count ? names[number] : nullptr;
}

// Who may read which jobs run may also see how far they are.
bool may_see_all() {
    const Oid job_runs = get_relname_relid("job_runs", get_namespace_oid("shopsmart", true));
    return has_privs_of_role(GetUserId(), ROLE_PG_READ_ALL_STATS)
           || (OidIsValid(job_runs) && pg_class_aclcheck(job_runs, GetUserId(), ACL_SELECT) == ACLCHECK_OK);
}

}  // namespace

void start_job(Task task, Oid events) {
    PreventCommandIfReadOnly(psprintf("shopsmart_%s()", kTaskNames[static_cast<int>(task)]));
    if (task != Task::evaluate) {
        lock_task(task);
    }
    pgstat_progress_start_command(static_cast<ProgressCommandType>(kProgressCommand), events);
    pgstat_progress_update_param(kTask, static_cast<int64>(task));
    pgstat_progress_update_param(kStartedAt, GetCurrentTimestamp());
}

void report_progress(core::Phase phase, uint64 done, uint64 total) noexcept {
    const int slots[] = {kPhase, kDone, kTotal};
    const int64 values[] = {static_cast<int64>(phase), static_cast<int64>(done), static_cast<int64>(total)};
    pgstat_progress_update_multi_param(3, slots, values);
}

void JobMonitor::tick(core::Phase phase, std::uint64_t done, std::uint64_t total) {
    if (INTERRUPTS_PENDING_CONDITION()) {
        pg_call([]() noexcept { CHECK_FOR_INTERRUPTS(); });
    }
    report_progress(phase, done, total);
}

void finish_job() { pgstat_progress_end_command(); }

int running_jobs(RunningJob** jobs) {
    const int backends = pgstat_fetch_stat_numbackends();
    const bool sees_all = may_see_all();
    *jobs = static_cast<RunningJob*>(palloc(sizeof(RunningJob) * (backends + 1)));
    int count = 0;
    for (int i = 1; i <= backends; i++) {
        const PgBackendStatus* backend = compat::backend_status(i);
        if (backend == nullptr || static_cast<int>(backend->st_progress_command) != kProgressCommand
            || backend->st_databaseid != MyDatabaseId || !(sees_all || has_privs_of_role(GetUserId(), backend->st_userid))) {
            continue;
        }
        const int64* slots = backend->st_progress_param;
        const char* task = name_of(kTaskNames, slots[kTask]);
        const char* phase = name_of(kPhaseNames, slots[kPhase]);
        // A backend that has only just begun shows no task yet.
        if (task != nullptr && phase != nullptr) {
            (*jobs)[count++] = {backend->st_procpid, task, phase, slots[kDone], slots[kTotal], slots[kStartedAt]};
        }
    }
    return count;
}

}  // namespace shopsmart::bridge
