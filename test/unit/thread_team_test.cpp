#include "core/thread_team.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <csignal>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace shopsmart::core::test {
namespace {

const ThreadTeam::Tick kNoTick = [](std::size_t) {};

TEST(ThreadTeam, RunsEachTaskOnce) {
    for (const unsigned size : {1U, 2U, 7U}) {
        std::vector<int> runs(1000, 0);
        ThreadTeam(size).run(
            runs.size(),
            [&](std::size_t task, unsigned worker, const CancelToken&) {
                ++runs[task];
                EXPECT_LT(worker, size);
            },
            kNoTick);
        EXPECT_EQ(runs, std::vector<int>(1000, 1));
    }
}

TEST(ThreadTeam, RunsNothingForNoTasks) {
    ThreadTeam(3).run(0, [](std::size_t, unsigned, const CancelToken&) { FAIL(); }, kNoTick);
}

TEST(ThreadTeam, RethrowsTheFailureOfTheLowestTask) {
    for (int round = 0; round < 20; ++round) {
        try {
            ThreadTeam(4).run(
                200,
                [](std::size_t task, unsigned, const CancelToken&) {
                    if (task % 2 == 1) {
                        // The lowest one is the slowest to fail.
                        std::this_thread::sleep_for(std::chrono::milliseconds(task == 1 ? 5 : 0));
                        throw std::runtime_error(std::to_string(task));
                    }
                },
                kNoTick);
            FAIL() << "nothing was thrown";
        } catch (const std::runtime_error& failure) {
            EXPECT_STREQ(failure.what(), "1");
        }
    }
}

TEST(ThreadTeam, StopsWhenTickThrows) {
    const auto start = std::chrono::steady_clock::now();
    std::atomic<int> running{0};
    const auto endless = [&](std::size_t, unsigned, const CancelToken& cancel) {
        ++running;
        try {
            for (;;)
                cancel.check();
        } catch (...) {
            --running;
            throw;
        }
    };
    EXPECT_THROW(ThreadTeam(3).run(3, endless, [](std::size_t) { throw std::domain_error("enough"); }), std::domain_error);
    EXPECT_EQ(running, 0);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(5));
}

TEST(ThreadTeam, TicksWithTheTasksDone) {
    std::size_t last = 0;
    int ticks = 0;
    ThreadTeam(2).run(
        20,
        [](std::size_t, unsigned, const CancelToken&) { std::this_thread::sleep_for(std::chrono::milliseconds(10)); },
        [&](std::size_t done) {
            EXPECT_GE(done, last);
            EXPECT_LE(done, 20U);
            last = done;
            ++ticks;
        });
    EXPECT_GE(ticks, 5);
    EXPECT_GE(last, 10U);
}

TEST(ThreadTeam, WorkersAreDeafToSignals) {
    sigset_t before;
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    ThreadTeam(2).run(
        4,
        [](std::size_t, unsigned, const CancelToken&) {
            sigset_t mask;
            pthread_sigmask(SIG_SETMASK, nullptr, &mask);
            for (const int signal : {SIGINT, SIGTERM, SIGALRM, SIGUSR1, SIGHUP, SIGQUIT, SIGCHLD})
                EXPECT_EQ(sigismember(&mask, signal), 1) << signal;
        },
        kNoTick);
    sigset_t after;
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    for (const int signal : {SIGINT, SIGTERM, SIGALRM, SIGUSR1})
        EXPECT_EQ(sigismember(&after, signal), sigismember(&before, signal));
}

}  // namespace
}  // namespace shopsmart::core::test
