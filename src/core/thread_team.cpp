#include "core/thread_team.hpp"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

namespace shopsmart::core {

namespace {

constexpr auto kTickInterval = std::chrono::milliseconds(5);

// New threads inherit the mask of their creator: none of them may run a signal handler of the host program.
class SignalsBlocked {
public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

private:
    sigset_t before_;
};

// One call of ThreadTeam::run.
class Shift {
public:
    Shift(std::size_t tasks, const ThreadTeam::Work& work) : tasks_(tasks), work_(work) {}
    ~Shift() {
        cancel_.cancel();
        join();
    }
    Shift(const Shift&) = delete;
    Shift& operator=(const Shift&) = delete;

    void start(unsigned threads) {
        const SignalsBlocked blocked;
        threads_.reserve(threads);
        for (unsigned worker = 0; worker < threads; ++worker) {
            try {
                running_.fetch_add(1);
                threads_.emplace_back([this, worker] { serve(worker); });
            } catch (const std::system_error&) {
                running_.fetch_sub(1);
                if (threads_.empty())
                    throw;
                return;  // the threads that could be had do all the work
            }
        }
    }

    void wait(const ThreadTeam::Tick& tick) {
        for (;;) {
            {
                std::unique_lock lock(mutex_);
                if (all_left_.wait_for(lock, kTickInterval, [this] { return running_.load() == 0; }))
                    break;
            }
            tick(done_.load(std::memory_order_relaxed));
        }
        join();
        if (failure_)
            std::rethrow_exception(failure_);
    }

private:
    void serve(unsigned worker) noexcept {
        for (;;) {
            const std::size_t task = next_.fetch_add(1, std::memory_order_relaxed);
            if (task >= tasks_)
                break;
            try {
                cancel_.check();
                work_(task, worker, cancel_);
                done_.fetch_add(1, std::memory_order_relaxed);
            } catch (...) {
                keep_failure(task);
                break;
            }
        }
        const std::lock_guard lock(mutex_);
        if (running_.fetch_sub(1) == 1)
            all_left_.notify_one();
    }

    // Tasks start in order, so a task below a failed one is running or done: the lowest failure is always seen. Its
    // neighbors are stopped by the token only after they had their own chance to fail.
    void keep_failure(std::size_t task) {
        const std::lock_guard lock(mutex_);
        if (!failure_ || task < failed_task_) {
            failure_ = std::current_exception();
            failed_task_ = task;
        }
        next_.store(tasks_, std::memory_order_relaxed);
    }

    void join() {
        for (auto& thread : threads_)
            if (thread.joinable())
                thread.join();
    }

    const std::size_t tasks_;
    const ThreadTeam::Work& work_;
    CancelToken cancel_;
    std::atomic<std::size_t> next_{0};
    std::atomic<std::size_t> done_{0};
    std::atomic<unsigned> running_{0};
    std::mutex mutex_;
    std::condition_variable all_left_;
    std::exception_ptr failure_;
    std::size_t failed_task_ = 0;
    std::vector<std::thread> threads_;
};

}  // namespace

void ThreadTeam::run(std::size_t tasks, const Work& work, const Tick& tick) const {
    if (tasks == 0)
        return;
    Shift shift(tasks, work);
    shift.start(static_cast<unsigned>(std::min<std::size_t>(size_, tasks)));
    shift.wait(tick);
}

}  // namespace shopsmart::core
