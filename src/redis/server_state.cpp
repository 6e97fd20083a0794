#include "redis/server_state.hpp"

#include <type_traits>

namespace shopsmart::redis {

namespace {

static_assert(std::is_trivially_copyable_v<ServerState> && std::is_standard_layout_v<ServerState>);

constexpr char kName[] = "shopsmart_redis";

shmem_request_hook_type earlier_request_hook = nullptr;
shmem_startup_hook_type earlier_startup_hook = nullptr;
ServerState own{};
ServerState* state = &own;
LWLock* lock = nullptr;  // guards all of the shared state; held for assignments alone

void request() {
    if (earlier_request_hook != nullptr) {
        earlier_request_hook();
    }
    RequestAddinShmemSpace(MAXALIGN(sizeof(ServerState)));
    RequestNamedLWLockTranche(kName, 1);
}

void startup() {
    if (earlier_startup_hook != nullptr) {
        earlier_startup_hook();
    }
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    bool found;
    state = static_cast<ServerState*>(ShmemInitStruct(kName, sizeof(ServerState), &found));
    if (!found) {
        *state = ServerState{};
    }
    lock = &GetNamedLWLockTranche(kName)->lock;
    LWLockRelease(AddinShmemInitLock);
}

// The body neither raises nor waits.
template <class Body>
auto locked(LWLockMode mode, Body&& body) {
    if (lock == nullptr) {
        return body();
    }
    LWLockAcquire(lock, mode);
    auto result = body();
    LWLockRelease(lock);
    return result;
}

}  // namespace

void reserve_shared_state() {
    earlier_request_hook = shmem_request_hook;
    shmem_request_hook = request;
    earlier_startup_hook = shmem_startup_hook;
    shmem_startup_hook = startup;
}

bool state_is_shared() { return lock != nullptr; }

ServerState read_state() {
    return locked(LW_SHARED, [] { return *state; });
}

bool breaker_admits(TimestampTz now) {
    return locked(LW_EXCLUSIVE, [&] { return state->breaker.admits(now); });
}

void note_success() {
    (void) locked(LW_EXCLUSIVE, [] {
        state->breaker.note_success();
        state->outage_is_told = false;
        return ++state->counts.exchanges;
    });
}

void note_failure(TimestampTz now, const char* fault) {
    (void) locked(LW_EXCLUSIVE, [&] {
        state->breaker.note_failure(now);
        state->last_failure = now;
        strlcpy(state->last_fault, fault, sizeof state->last_fault);
        return ++state->counts.failures;
    });
}

void add_counts(const Counts& counts) {
    (void) locked(LW_EXCLUSIVE, [&] {
        state->counts.published += counts.published;
        state->counts.refused += counts.refused;
        state->counts.unpublished += counts.unpublished;
        return state->counts.dropped += counts.dropped;
    });
}

bool outage_is_news() {
    return locked(LW_EXCLUSIVE, [] {
        const bool is_news = state->breaker.state() == core::CircuitBreaker::State::open && !state->outage_is_told;
        state->outage_is_told = state->outage_is_told || is_news;
        return is_news;
    });
}

}  // namespace shopsmart::redis
