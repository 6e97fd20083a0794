#include "redis/server_state.hpp"

#include "bridge/shared_memory.hpp"

#include <type_traits>

namespace shopsmart::redis {

namespace {

static_assert(std::is_trivially_copyable_v<ServerState> && std::is_standard_layout_v<ServerState>);

ServerState own{};
ServerState* state = &own;
LWLock* lock = nullptr;  // guards all of the shared state; held for assignments alone

void attach(void* memory, LWLockPadded* locks, bool is_new) {
    state = static_cast<ServerState*>(memory);
    lock = &locks->lock;
    if (is_new) {
        *state = ServerState{};
    }
}

constexpr bridge::SharedPiece kPiece{"shopsmart_redis", [] { return sizeof(ServerState); }, 1, attach};

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
    bridge::reserve_shared(kPiece);
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
