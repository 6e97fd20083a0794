// The launcher: decides which database a worker visits when. See README.md.
#include "bridge/boundary.hpp"
#include "settings.hpp"
#include "worker/launcher.hpp"
#include "worker/slots.hpp"

#include <algorithm>

extern "C" {
PGDLLEXPORT void shopsmart_launcher_main(Datum);
}

namespace shopsmart::worker {

namespace {

// A database that allows connections, as the launcher remembers it.
struct Database {
    Oid oid;  // the key
    TimestampTz next_visit;
    int failures;  // visits in a row that failed
    bool is_listed;
};

// What pg_database holds as the connection limit of a database whose DROP was cut off.
constexpr int kHalfDropped = -2;
constexpr int kRestartSeconds = 5;
constexpr TimestampTz kNever = PG_INT64_MAX;

HTAB* databases = nullptr;
TimestampTz last_listing = 0;
TimestampTz last_warning = 0;

TimestampTz naptime() { return settings::job_naptime_seconds() * USECS_PER_SEC; }

void make_database_table() {
    HASHCTL control = {};
    control.keysize = sizeof(Oid);
    control.entrysize = sizeof(Database);
    control.hcxt = TopMemoryContext;
    databases = hash_create("shopsmart databases", 64, &control, HASH_ELEM | HASH_BLOBS | HASH_CONTEXT);
}

template <class Visitor>
void for_each_database(Visitor&& visitor) {
    HASH_SEQ_STATUS scan;
    hash_seq_init(&scan, databases);
    while (auto* database = static_cast<Database*>(hash_seq_search(&scan))) {
        visitor(*database);
    }
}

void note_database(const FormData_pg_database& form, TimestampTz now) {
    if (!form.datallowconn || form.datistemplate || form.datconnlimit == kHalfDropped) {
        return;
    }
    bool found;
    auto* database = static_cast<Database*>(hash_search(databases, &form.oid, HASH_ENTER, &found));
    if (!found) {
        database->next_visit = now;
        database->failures = 0;
    }
    database->is_listed = true;
}

void list_databases(TimestampTz now) {
    for_each_database([](Database& database) { database.is_listed = false; });
    StartTransactionCommand();
    // A catalog scan must not see a database that is half made or half dropped.
    (void) GetTransactionSnapshot();
    Relation catalog = table_open(DatabaseRelationId, AccessShareLock);
    TableScanDesc scan = table_beginscan_catalog(catalog, 0, nullptr);
    while (HeapTuple tuple = heap_getnext(scan, ForwardScanDirection)) {
        note_database(*reinterpret_cast<Form_pg_database>(GETSTRUCT(tuple)), now);
    }
    table_endscan(scan);
    table_close(catalog, AccessShareLock);
    CommitTransactionCommand();
    for_each_database([](Database& database) {
        if (!database.is_listed) {
            hash_search(databases, &database.oid, HASH_REMOVE, nullptr);
        }
    });
    last_listing = now;
}

void note_visit(const Slot& slot, TimestampTz now) {
    auto* database = static_cast<Database*>(hash_search(databases, &slot.database, HASH_FIND, nullptr));
    if (database == nullptr) {
        return;
    }
    if (slot.next_visit != 0) {
        database->failures = 0;
        database->next_visit = std::min(slot.next_visit, now + naptime());
    } else {
        const TimestampTz pause = naptime() << std::min(database->failures, 12);
        database->failures++;
        database->next_visit = now + std::clamp<TimestampTz>(pause, USECS_PER_SEC, USECS_PER_HOUR);
    }
}

// DROP EXTENSION waits for a lock that the worker has. (The server counts who wants it and who has it together.)
bool is_in_the_way(const Slot& slot) {
    if (!OidIsValid(slot.extension)) {
        return false;
    }
    LOCKTAG tag;
    SET_LOCKTAG_OBJECT(tag, slot.database, ExtensionRelationId, slot.extension, 0);
    return LockWaiterCount(&tag) > 1;
}

// Collects what visits found out and returns whether workers are left.
bool look_after_workers(TimestampTz now) {
    Slot slots[kMostWorkers];
    collect_slots(slots, now);
    bool some_run = false;
    for (int i = 0; i < kMostWorkers; i++) {
        if (slots[i].state == SlotState::finished) {
            note_visit(slots[i], now);
        } else if (slots[i].state != SlotState::free) {
            some_run = true;
            if (is_in_the_way(slots[i])) {
                end_worker(i, slots[i].pid);
            }
        }
    }
    return some_run;
}

bool register_worker(int slot) {
    BackgroundWorker worker = {};
    strlcpy(worker.bgw_name, "shopsmart job", BGW_MAXLEN);
    strlcpy(worker.bgw_type, "shopsmart job", BGW_MAXLEN);
    strlcpy(worker.bgw_library_name, "shopsmart", BGW_MAXLEN);
    strlcpy(worker.bgw_function_name, "shopsmart_job_main", BGW_MAXLEN);
    worker.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    worker.bgw_start_time = BgWorkerStart_RecoveryFinished;
    worker.bgw_restart_time = BGW_NEVER_RESTART;
    worker.bgw_main_arg = Int32GetDatum(slot);
    return RegisterDynamicBackgroundWorker(&worker, nullptr);
}

void warn_of_no_process(TimestampTz now) {
    if (last_warning == 0 || last_warning + USECS_PER_HOUR < now) {
        last_warning = now;
        ereport(WARNING, (errcode(ERRCODE_INSUFFICIENT_RESOURCES), errmsg("no background worker is free for the jobs of shopsmart"),
                          errhint("Raise max_worker_processes.")));
    }
}

Database* longest_due(TimestampTz now) {
    Database* longest = nullptr;
    for_each_database([&](Database& database) {
        if (database.next_visit <= now && (longest == nullptr || database.next_visit < longest->next_visit)) {
            longest = &database;
        }
    });
    return longest;
}

void start_workers(TimestampTz now) {
    while (Database* database = longest_due(now)) {
        const int slot = reserve_slot(database->oid, settings::job_workers(), now);
        if (slot < 0) {
            return;  // later, when another one has ended
        }
        database->next_visit = now + naptime();
        if (!register_worker(slot)) {
            give_back_slot(slot);
            warn_of_no_process(now);
            return;
        }
    }
}

TimestampTz next_visit() {
    TimestampTz next = kNever;
    for_each_database([&](Database& database) { next = std::min(next, database.next_visit); });
    return next;
}

// One round; returns for how many milliseconds there is nothing to do.
long launch(TimestampTz now) {
    const bool workers_run = look_after_workers(now);
    if (settings::job_launcher()) {
        if (next_visit() <= now || last_listing + naptime() <= now) {
            list_databases(now);
        }
        start_workers(now);
    }
    TimestampTz wake_up = workers_run ? now : now + naptime();
    if (settings::job_launcher()) {
        wake_up = std::min({wake_up, next_visit(), last_listing + naptime()});
    }
    return TimestampDifferenceMilliseconds(now, std::max(wake_up, now + USECS_PER_SEC));
}

[[noreturn]] void run_launcher() {
    pqsignal(SIGHUP, SignalHandlerForConfigReload);
    pqsignal(SIGTERM, die);
    BackgroundWorkerUnblockSignals();
    BackgroundWorkerInitializeConnection(nullptr, nullptr, 0);
    make_database_table();
    note_launcher();
    for (;;) {
        CHECK_FOR_INTERRUPTS();
        if (ConfigReloadPending) {
            ConfigReloadPending = false;
            ProcessConfigFile(PGC_SIGHUP);
        }
        const long pause = launch(GetCurrentTimestamp());
        (void) WaitLatch(MyLatch, WL_LATCH_SET | WL_TIMEOUT | WL_EXIT_ON_PM_DEATH, pause, PG_WAIT_EXTENSION);
        ResetLatch(MyLatch);
    }
}

}  // namespace

void register_launcher() {
    reserve_shared_memory();
    BackgroundWorker launcher = {};
    strlcpy(launcher.bgw_name, "shopsmart launcher", BGW_MAXLEN);
    strlcpy(launcher.bgw_type, "shopsmart launcher", BGW_MAXLEN);
    strlcpy(launcher.bgw_library_name, "shopsmart", BGW_MAXLEN);
    strlcpy(launcher.bgw_function_name, "shopsmart_launcher_main", BGW_MAXLEN);
    launcher.bgw_flags = BGWORKER_SHMEM_ACCESS | BGWORKER_BACKEND_DATABASE_CONNECTION;
    launcher.bgw_start_time = BgWorkerStart_RecoveryFinished;
    launcher.bgw_restart_time = kRestartSeconds;
    RegisterBackgroundWorker(&launcher);
}

}  // namespace shopsmart::worker

void shopsmart_launcher_main(Datum) {
    shopsmart::bridge::boundary([]() -> Datum { shopsmart::worker::run_launcher(); });
}
