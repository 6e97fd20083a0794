// Threads for pure arithmetic: started and joined within one call, cancellable, deaf to signals.
#pragma once

#include <atomic>
#include <cstddef>
#include <functional>

#include "core/errors.hpp"

namespace shopsmart::core {

// Set once, looked at by workers at least every millisecond or so of work.
class CancelToken {
public:
    void cancel() noexcept { set_.store(true, std::memory_order_relaxed); }
    void check() const {
        if (set_.load(std::memory_order_relaxed))
            throw Cancelled{};
    }

private:
    std::atomic<bool> set_{false};
};

class ThreadTeam {
public:
    // worker is below size(); two tasks that run at the same time have different workers.
    using Work = std::function<void(std::size_t task, unsigned worker, const CancelToken& cancel)>;
    using Tick = std::function<void(std::size_t tasks_done)>;

    explicit ThreadTeam(unsigned size) : size_(size) {}
    unsigned size() const noexcept { return size_; }

    // Runs work for each task from 0 to tasks - 1, in that order as threads become free. The caller waits and calls
    // tick every few milliseconds; when tick throws, the work is cancelled and joined and tick's exception passed on.
    // Of exceptions thrown by tasks, the one of the lowest task is rethrown here.
    void run(std::size_t tasks, const Work& work, const Tick& tick) const;

private:
    unsigned size_;
};

}  // namespace shopsmart::core
