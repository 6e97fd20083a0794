// Runs build_models over events in a vector and records what it hands over; random shops with a printed seed.
#pragma once

#include <cstdint>
#include <functional>
#include <random>
#include <vector>

#include "core/model_build.hpp"

namespace shopsmart::core::test {

constexpr std::int64_t kDay = 86'400'000'000;
constexpr std::int64_t kNow = 800'000'000'000'000;

struct NeighborList {
    std::int64_t product;
    std::vector<std::int64_t> ids;
    std::vector<double> scores;
    std::vector<std::int32_t> co_counts;
    bool operator==(const NeighborList&) const = default;  // bit for bit: there are no NaN and no -0.0
};

struct Models {
    std::vector<NeighborList> similarity;
    std::vector<NeighborList> baskets;
    std::vector<std::int64_t> popular_ids;
    std::vector<double> popular_scores;
    bool operator==(const Models&) const = default;
};

struct Recorded {
    Models models;
    BuildReport report;
    int scans = 0;
};

// A log in a vector.
class VectorSource final : public EventSource {
public:
    explicit VectorSource(const std::vector<Event>& events) : events_(events) {}
    void scan(const std::function<void(std::span<const Event>)>& take) override;
    int scans() const { return scans_; }

private:
    const std::vector<Event>& events_;
    int scans_ = 0;
};

using OnTick = std::function<void(Phase phase, std::uint64_t done, std::uint64_t total)>;

class TickMonitor final : public BuildMonitor {
public:
    explicit TickMonitor(OnTick on_tick) : on_tick_(std::move(on_tick)) {}
    void tick(Phase phase, std::uint64_t done, std::uint64_t total) override {
        if (on_tick_)
            on_tick_(phase, done, total);
    }

private:
    OnTick on_tick_;
};

// Event types 0, 1, 2: weights 1, 3, 5; the latter two are basket lines. 90 days of look-back, 50 neighbors of at least
// 2 users, 1 thread, plenty of memory.
ModelOptions usual_options();

Recorded record_build(const std::vector<Event>& events, const ModelOptions& options, const OnTick& on_tick = nullptr);

// Whether the scores of a list are in order: a neighbor may speak for or against its product.
bool strongest_first(const std::vector<double>& scores);

struct Shape {
    unsigned users = 50;
    unsigned products = 40;
    unsigned events = 2000;
    unsigned types = 3;
    double skew = 1;  // popularity: the larger, the more events on few products
};

// Some events lie before the look-back, some after as_of; ids are not consecutive.
std::vector<Event> random_events(std::uint64_t seed, const Shape& shape);

}  // namespace shopsmart::core::test
