// What the steps of one build share: its input, its budget, its threads, its caller's view, its clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <utility>

#include "core/memory_budget.hpp"
#include "core/model_build.hpp"
#include "core/thread_team.hpp"

namespace shopsmart::core {

// Adds the time between its construction and destruction to one number and takes it off the enclosing one.
class PhaseClock {
public:
    class Section {
    public:
        Section(PhaseClock& clock, double& seconds) : clock_(clock), before_(clock.switch_to(&seconds)) {}
        ~Section() { clock_.switch_to(before_); }
        Section(const Section&) = delete;
        Section& operator=(const Section&) = delete;

    private:
        PhaseClock& clock_;
        double* before_;
    };

private:
    double* switch_to(double* seconds) {
        const auto now = std::chrono::steady_clock::now();
        if (running_ != nullptr)
            *running_ += std::chrono::duration<double>(now - since_).count();
        since_ = now;
        return std::exchange(running_, seconds);
    }

    std::chrono::steady_clock::time_point since_{};
    double* running_ = nullptr;
};

struct BuildContext {
    EventSource& source;
    const ModelOptions& options;
    ModelSink& sink;
    BuildMonitor& monitor;
    BuildReport report{};
    MemoryBudget budget{options.memory_bytes};
    ThreadTeam team{options.threads};
    PhaseClock clock{};

    // What is computed now, the model or a part of a blend, and who gets its lists.
    Similarity similarity = options.similarity;
    ModelSink* neighbor_sink = &sink;
    std::uint32_t kept_neighbors = std::max(options.kept_neighbors, options.least_neighbors);

    // The smallest co-count of what is computed now.
    std::uint32_t min_co_count() const {
        return options.min_co_count > 0 ? options.min_co_count : natural_min_co_count(similarity.kind);
    }

    // The phase that tick reports, and how far it is.
    Phase phase = Phase::scan;
    std::uint64_t done = 0;
    std::uint64_t total = 0;

    void begin(Phase next, std::uint64_t work) {
        phase = next;
        done = 0;
        total = work;
        monitor.tick(phase, done, total);
    }
    void tick() { monitor.tick(phase, done, total); }
    // One piece of work of about that many steps of some nanoseconds, off the calling thread unless it is short.
    template <class Work>
    void run_alone(std::uint64_t steps, const Work& work) {
        constexpr std::uint64_t kShort = 1 << 16;
        if (steps >= kShort) {
            run(1, [&work](std::size_t, unsigned, const CancelToken& cancel) { work(cancel); });
            return;
        }
        work(CancelToken{});
        tick();
    }
    // Work on the team that does not count as progress.
    void run(std::size_t tasks, const ThreadTeam::Work& work) {
        team.run(tasks, work, [this](std::size_t) { tick(); });
    }
};

}  // namespace shopsmart::core
