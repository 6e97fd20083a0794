// What all sessions of the server know of Redis together: the circuit breaker and what was counted. It is in shared memory
// when the library is preloaded; else each session has its own.
#pragma once

#include "bridge/pg.hpp"

#include "core/circuit_breaker.hpp"

namespace shopsmart::redis {

struct Counts {
    int64 exchanges;  // commands that were sent and answered together
    int64 failures;
    int64 published;
    int64 refused;      // answers, because Redis knew of something newer
    int64 unpublished;  // users
    int64 dropped;      // of both, that never reached Redis
};

struct ServerState {
    core::CircuitBreaker breaker;
    Counts counts;
    TimestampTz last_failure;  // 0: none
    char last_fault[128];
    bool outage_is_told;
};

// To call while the library is preloaded: has the memory made.
void reserve_shared_state();
bool state_is_shared();

// None of these raises.
ServerState read_state();
bool breaker_admits(TimestampTz now);
void note_success();
void note_failure(TimestampTz now, const char* fault);
void add_counts(const Counts& counts);
// True once in each outage.
bool outage_is_news();

}  // namespace shopsmart::redis
