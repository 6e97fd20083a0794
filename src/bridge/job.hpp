// A rebuild or refresh while it runs: one of a kind at a time in a database, visible to other sessions.
#pragma once

#include "bridge/pg.hpp"

#include "core/model_build.hpp"

namespace shopsmart::bridge {

enum class Task : int32 { rebuild_similarity = 1, refresh_trending = 2 };

// Takes the advisory lock of the task to the end of the transaction. Raises 25006 where nothing can be written, 55P03
// when another session holds the lock.
void start_job(Task task, Oid events);
// Shows how far it is; cheap, raises nothing.
void report_progress(core::Phase phase, uint64 done, uint64 total) noexcept;
// An error needs no call: the abort takes the progress away.
void finish_job();

// A running job of this database, as the server's progress slots show it.
struct RunningJob {
    int pid;
    const char* task;
    const char* phase;
    int64 done;
    int64 total;
    TimestampTz started_at;
};

// Those jobs that the caller may see: of roles that he has the rights of, or all as a member of pg_read_all_stats.
// Returns how many there are and sets `jobs`.
int running_jobs(RunningJob** jobs);

}  // namespace shopsmart::bridge
