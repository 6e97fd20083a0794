// Parts of core on their own: numbering ids, trending scores, whole builds of a small shop.
#include <benchmark/benchmark.h>

#include <random>

#include "core/id_index.hpp"
#include "core/model_build.hpp"
#include "core/trending.hpp"

namespace {

using namespace shopsmart::core;

constexpr std::int64_t kNow = 1'000'000'000'000;

std::vector<Event> random_events(std::size_t count, std::int64_t id_step) {
    std::mt19937_64 random(1);
    const auto below = [&](std::uint64_t bound) { return static_cast<std::int64_t>(random() % bound); };
    std::vector<Event> events(count);
    for (auto& event : events)
        event = Event{.user_id = below(count / 20) * id_step,
                      .product_id = below(1000) * below(1000) / 500 * id_step,
                      .time_us = kNow - below(kNow),
                      .session = 0,
                      .type = static_cast<std::uint32_t>(below(3))};
    return events;
}

void number_ids(benchmark::State& state) {
    const auto events = random_events(1'000'000, state.range(0));
    for (auto _ : state) {
        MemoryBudget budget(std::size_t{1} << 30);
        IdIndex index(budget);
        for (const auto& event : events)
            benchmark::DoNotOptimize(index.number(event.user_id));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size()));
}
BENCHMARK(number_ids)->Arg(1)->Arg(1'000'003)->Unit(benchmark::kMillisecond);

void add_trending_events(benchmark::State& state) {
    const auto events = random_events(1'000'000, 1);
    for (auto _ : state) {
        TrendingScores scores({{{1, false}, {3, true}, {5, true}}, {{kNow / 30, kNow / 120}, {kNow / 4, kNow / 15}, {kNow, kNow / 3}}, kNow});
        scores.add(events);
        benchmark::DoNotOptimize(scores.lists({}, {}));
    }
    state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(events.size()));
}
BENCHMARK(add_trending_events)->Unit(benchmark::kMillisecond);

class ArraySource final : public EventSource {
public:
    explicit ArraySource(const std::vector<Event>& events) : events_(events) {}
    void scan(const std::function<void(std::span<const Event>)>& take) override { take(events_); }

private:
    const std::vector<Event>& events_;
};

class NoSink final : public ModelSink {
    void neighbors(Model, std::int64_t, std::span<const std::int64_t>, std::span<const double>,
                   std::span<const std::int32_t>) override {}
    void popularity(std::span<const std::int64_t>, std::span<const double>) override {}
};

class NoMonitor final : public BuildMonitor {
    void tick(Phase, std::uint64_t, std::uint64_t) override {}
};

void build_small_shop(benchmark::State& state) {
    const auto events = random_events(50'000, 1);
    for (auto _ : state) {
        ArraySource source(events);
        NoSink sink;
        NoMonitor monitor;
        benchmark::DoNotOptimize(build_models(source,
                                              {.event_types = {{1, false}, {3, true}, {5, true}},
                                               .as_of_us = kNow,
                                               .lookback_start_us = 0,
                                               .basket_span_us = kNow / 50,
                                               .kept_neighbors = 50,
                                               .min_co_count = 2,
                                               .threads = static_cast<unsigned>(state.range(0)),
                                               .memory_bytes = std::size_t{1} << 30},
                                              sink, monitor));
    }
}
BENCHMARK(build_small_shop)->Arg(1)->Arg(2)->Unit(benchmark::kMillisecond)->MeasureProcessCPUTime();

}  // namespace
