// Shared memory of launcher and workers: who visits which database now, and what a visit found out. See README.md.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::worker {

inline constexpr int kMostWorkers = 64;

enum class SlotState : int { free, starting, running, finished };

struct Slot {
    SlotState state;
    Oid database;
    Oid extension;           // while running: what DROP EXTENSION has to wait for; else InvalidOid
    int pid;                 // while running
    TimestampTz since;       // when the slot was reserved
    TimestampTz next_visit;  // when finished: what the worker found out; 0: it failed
};

// To call while the library is preloaded: has the memory made.
void reserve_shared_memory();

// For everybody: the processes that run jobs, 0 for one that is not there.
struct Processes {
    bool is_preloaded;
    int launcher;
    int worker;  // in that database
};
Processes processes(Oid database);

// For the launcher, once: its end is noted too.
void note_launcher();
// For the launcher. The copy of all slots; those that are finished, or were never claimed, are free afterwards.
void collect_slots(Slot (&slots)[kMostWorkers], TimestampTz now);
// A slot for a worker in that database; -1 when one is there already, or `limit` workers are.
int reserve_slot(Oid database, int limit, TimestampTz now);
void give_back_slot(int slot);
// Sends SIGTERM to the worker of the slot, unless another one has the slot by now.
void end_worker(int slot, int pid);

// For a worker. Its database; InvalidOid when the slot is not meant for it. From then on the end of the process marks the slot.
Oid claim_slot(int slot);
void set_extension(Oid extension);
void set_next_visit(TimestampTz next_visit);

}  // namespace shopsmart::worker
