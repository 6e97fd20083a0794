#include "recorded_build.hpp"

#include <algorithm>
#include <cmath>
#include <functional>

namespace shopsmart::core::test {

namespace {

class Recorder final : public ModelSink {
public:
    explicit Recorder(Models& models) : models_(models) {}
    void neighbors(Model model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                   std::span<const double> scores, std::span<const std::int32_t> co_counts) override {
        auto& lists = model == Model::similarity ? models_.similarity : models_.baskets;
        lists.push_back({product_id,
                         {neighbor_ids.begin(), neighbor_ids.end()},
                         {scores.begin(), scores.end()},
                         {co_counts.begin(), co_counts.end()}});
    }
    void popularity(std::span<const std::int64_t> product_ids, std::span<const double> scores) override {
        models_.popular_ids.assign(product_ids.begin(), product_ids.end());
        models_.popular_scores.assign(scores.begin(), scores.end());
    }

private:
    Models& models_;
};

}  // namespace

void VectorSource::scan(const std::function<void(std::span<const Event>)>& take) {
    ++scans_;
    const std::span<const Event> all(events_);
    for (std::size_t at = 0; at < all.size(); at += 1000)
        take(all.subspan(at, std::min<std::size_t>(1000, all.size() - at)));
}

ModelOptions usual_options() {
    return ModelOptions{.event_types = {{1, false}, {3, true}, {5, true}},
                        .as_of_us = kNow,
                        .lookback_start_us = kNow - 90 * kDay,
                        .basket_span_us = kDay,
                        .kept_neighbors = 50,
                        .min_co_count = 2,
                        .threads = 1,
                        .memory_bytes = std::size_t{512} << 20};
}

Recorded record_build(const std::vector<Event>& events, const ModelOptions& options, const OnTick& on_tick) {
    Recorded recorded;
    VectorSource source(events);
    Recorder sink(recorded.models);
    TickMonitor monitor(on_tick);
    recorded.report = build_models(source, options, sink, monitor);
    recorded.scans = source.scans();
    return recorded;
}

bool strongest_first(const std::vector<double>& scores) {
    return std::ranges::is_sorted(scores, std::greater{}, [](double score) { return std::abs(score); });
}

std::vector<Event> random_events(std::uint64_t seed, const Shape& shape) {
    std::mt19937_64 random(seed);
    const auto below = [&](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
    std::vector<Event> events;
    for (unsigned at = 0; at < shape.events; ++at) {
        const double place = std::pow(static_cast<double>(random() >> 11) * 0x1p-53, shape.skew);
        const auto product = static_cast<std::int64_t>(place * shape.products);
        events.push_back(Event{.user_id = 1'000 + 7 * below(shape.users),
                               .product_id = 50 + 3 * ((product * 7919) % shape.products),
                               .time_us = kNow - below(100 * kDay) + 2 * kDay,
                               .session = static_cast<std::uint64_t>(below(3)),
                               .type = static_cast<std::uint32_t>(below(shape.types))});
    }
    return events;
}

}  // namespace shopsmart::core::test
