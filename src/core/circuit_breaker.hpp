// Stops asking what does not answer: after five failures in a row nobody asks any more, but for one trial every five
// seconds, until a trial succeeds.
//
//        success                     failure, fewer than 5 in a row
//     +-----------+                 +--------+
//     |           v                 |        v
//     |         closed -------------+------ closed
//     |           | 5th failure in a row
//     |           v
//     |         open  <--------------------------+
//     |           | the first question           | failure
//     |           | after 5 seconds              |
//     |           v                              |
//     +-------- trial ---------------------------+
//
// A trial whose end is never told (its process died) is repeated after another five seconds.
#pragma once

#include <cstdint>

namespace shopsmart::core {

// Plain memory: it may be shared between processes, whose lock the caller holds. Times are in microseconds.
class CircuitBreaker {
public:
    enum class State { closed, open };

    static constexpr int kMostFailures = 5;
    static constexpr std::int64_t kPause = 5'000'000;

    State state() const { return failures_ < kMostFailures ? State::closed : State::open; }
    int failures() const { return failures_; }

    // Whether the caller may ask now; when it may, it has to tell how that ended.
    bool admits(std::int64_t now) {
        if (state() == State::closed)
            return true;
        // A clock that was set back must not keep the breaker open.
        if (now >= last_attempt_ && now - last_attempt_ < kPause)
            return false;
        last_attempt_ = now;
        return true;
    }

    void note_success() { failures_ = 0; }

    void note_failure(std::int64_t now) {
        if (failures_ < kMostFailures)
            ++failures_;
        last_attempt_ = now;
    }

private:
    int failures_ = 0;
    std::int64_t last_attempt_ = 0;
};

}  // namespace shopsmart::core
