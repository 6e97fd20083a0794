// A long call while it runs, visible to other sessions. Of rebuilds and refreshes one at a time in a database.
#pragma once

#include "bridge/pg.hpp"

#include "core/model_build.hpp"

namespace shopsmart::bridge {

enum class Task : int32 { rebuild_similarity = 1, refresh_trending = 2, evaluate = 3, rebuild_sessions = 4, rebuild_search = 5 };

// Takes the advisory lock of the task, if it has one, to the end of the transaction. Raises 25006 where nothing can be
// written, 55P03 when another session holds the lock. An evaluation has no lock: it changes no model.
void start_job(Task task, Oid events);
// Shows how far it is; cheap, raises nothing.
void report_progress(core::Phase phase, uint64 done, uint64 total) noexcept;
// The same for core, with a look for a cancel.
class JobMonitor final : public core::BuildMonitor {
public:
    void tick(core::Phase phase, std::uint64_t done, std::uint64_t total) override;
};

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

// Those jobs that the caller may see: of roles that he has the rights of; all, if he may read shopsmart.job_runs or is a member of
// pg_read_all_stats.
// Returns how many there are and sets `jobs`.
int running_jobs(RunningJob** jobs);

}  // namespace shopsmart::bridge
