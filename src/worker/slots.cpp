#include "worker/slots.hpp"

#include "bridge/shared_memory.hpp"

#include <csignal>
#include <type_traits>

namespace shopsmart::worker {

namespace {

struct SharedSlots {
    int launcher;
    Slot slots[kMostWorkers];
};
static_assert(std::is_trivially_copyable_v<SharedSlots> && std::is_standard_layout_v<SharedSlots>);

// A process that the postmaster could not start claims nothing.
constexpr int64 kLongestStart = 60 * USECS_PER_SEC;

SharedSlots* shared = nullptr;
LWLock* lock = nullptr;
Slot* mine = nullptr;

void attach(void* memory, LWLockPadded* locks, bool is_new) {
    shared = static_cast<SharedSlots*>(memory);
    lock = &locks->lock;
    if (is_new) {
        memset(memory, 0, sizeof(SharedSlots));
    }
}

constexpr bridge::SharedPiece kPiece{"shopsmart_workers", [] { return sizeof(SharedSlots); }, 1, attach};

void finish_slot(int, Datum) {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    mine->state = SlotState::finished;
    mine->extension = InvalidOid;
    mine->pid = 0;
    LWLockRelease(lock);
}

void forget_launcher(int, Datum) {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    if (shared->launcher == MyProcPid) {
        shared->launcher = 0;
    }
    LWLockRelease(lock);
}

}  // namespace

void reserve_shared_memory() {
    bridge::reserve_shared(kPiece);
}

Processes processes(Oid database) {
    Processes found{shared != nullptr, 0, 0};
    if (found.is_preloaded) {
        LWLockAcquire(lock, LW_SHARED);
        found.launcher = shared->launcher;
        for (const Slot& slot : shared->slots) {
            if (slot.state == SlotState::running && slot.database == database) {
                found.worker = slot.pid;
            }
        }
        LWLockRelease(lock);
    }
    return found;
}

void note_launcher() {
    before_shmem_exit(forget_launcher, Datum{0});
    LWLockAcquire(lock, LW_EXCLUSIVE);
    shared->launcher = MyProcPid;
    LWLockRelease(lock);
}

void collect_slots(Slot (&slots)[kMostWorkers], TimestampTz now) {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    for (int i = 0; i < kMostWorkers; i++) {
        Slot& slot = shared->slots[i];
        if (slot.state == SlotState::starting && slot.since + kLongestStart < now) {
            slot.state = SlotState::finished;
        }
        slots[i] = slot;
        if (slot.state == SlotState::finished) {
            slot = Slot{};
        }
    }
    LWLockRelease(lock);
}

int reserve_slot(Oid database, int limit, TimestampTz now) {
    int used = 0;
    int free = -1;
    bool is_visited = false;
    LWLockAcquire(lock, LW_EXCLUSIVE);
    for (int i = 0; i < kMostWorkers; i++) {
        const Slot& slot = shared->slots[i];
        if (slot.state == SlotState::free) {
            free = i;
        } else {
            used++;
            is_visited = is_visited || slot.database == database;
        }
    }
    const int reserved = is_visited || used >= limit ? -1 : free;
    if (reserved >= 0) {
        shared->slots[reserved] = Slot{SlotState::starting, database, InvalidOid, 0, now, 0};
    }
    LWLockRelease(lock);
    return reserved;
}

void give_back_slot(int slot) {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    shared->slots[slot] = Slot{};
    LWLockRelease(lock);
}

void end_worker(int slot, int pid) {
    LWLockAcquire(lock, LW_SHARED);
    if (shared->slots[slot].state == SlotState::running && shared->slots[slot].pid == pid) {
        kill(pid, SIGTERM);
    }
    LWLockRelease(lock);
}

Oid claim_slot(int slot) {
    Oid database = InvalidOid;
    LWLockAcquire(lock, LW_EXCLUSIVE);
    Slot& wanted = shared->slots[slot];
    if (wanted.state == SlotState::starting) {
        wanted.state = SlotState::running;
        wanted.pid = MyProcPid;
        database = wanted.database;
        mine = &wanted;
    }
    LWLockRelease(lock);
    if (mine != nullptr) {
        before_shmem_exit(finish_slot, Datum{0});
    }
    return database;
}

void set_extension(Oid extension) {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    mine->extension = extension;
    LWLockRelease(lock);
}

void set_next_visit(TimestampTz next_visit) {
    LWLockAcquire(lock, LW_EXCLUSIVE);
    mine->next_visit = next_visit;
    LWLockRelease(lock);
}

}  // namespace shopsmart::worker
