// build_models() at its borders: nothing to do, one of everything, too much of one thing, cancelled, out of memory.
#include <gtest/gtest.h>

#include <chrono>
#include <limits>
#include <map>
#include <stdexcept>

#include "core/errors.hpp"
#include "core/model_build.hpp"
#include "oracle.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

Event view(std::int64_t user, std::int64_t product, std::int64_t time_us = kNow) {
    return {.user_id = user, .product_id = product, .time_us = time_us, .session = 0, .type = 0};
}

TEST(ModelLimits, NoEvents) {
    const auto recorded = record_build({}, usual_options());
    EXPECT_EQ(recorded.models, Models{});
    EXPECT_EQ(recorded.report.events_read, 0U);
    EXPECT_EQ(recorded.report.blocks, 1U);
}

TEST(ModelLimits, OneEvent) {
    const auto recorded = record_build({view(1, 2)}, usual_options());
    EXPECT_TRUE(recorded.models.similarity.empty());
    EXPECT_EQ(recorded.models.popular_ids, std::vector<std::int64_t>{2});
    EXPECT_EQ(recorded.models.popular_scores, std::vector<double>{1});
    EXPECT_EQ(recorded.report.users, 1U);
    EXPECT_EQ(recorded.report.products, 1U);
}

TEST(ModelLimits, OneProductOfManyUsers) {
    std::vector<Event> events;
    for (std::int64_t user = 0; user < 1000; ++user)
        events.push_back(view(user, 7));
    const auto recorded = record_build(events, usual_options());
    EXPECT_TRUE(recorded.models.similarity.empty());
    EXPECT_EQ(recorded.report.users, 1000U);
}

TEST(ModelLimits, OneUserOfManyProducts) {
    std::vector<Event> events;
    for (std::int64_t product = 0; product < 100; ++product)
        events.push_back(view(7, product));
    auto options = usual_options();
    EXPECT_TRUE(record_build(events, options).models.similarity.empty());
    options.min_co_count = 1;
    options.kept_neighbors = 3;
    const auto lists = record_build(events, options).models.similarity;
    ASSERT_EQ(lists.size(), 100U);
    EXPECT_EQ(lists[50].ids, (std::vector<std::int64_t>{0, 1, 2}));
    EXPECT_EQ(lists[50].scores, (std::vector<double>{1, 1, 1}));
    EXPECT_EQ(lists[0].ids, (std::vector<std::int64_t>{1, 2, 3}));
}

TEST(ModelLimits, ExtremeIds) {
    std::vector<Event> events;
    for (const std::int64_t user : {INT64_MIN, INT64_MAX, std::int64_t{0}})
        for (const std::int64_t product : {INT64_MIN, INT64_MAX, std::int64_t{-1}})
            events.push_back(view(user, product));
    const auto lists = record_build(events, usual_options()).models.similarity;
    ASSERT_EQ(lists.size(), 3U);
    EXPECT_EQ(lists[0].product, INT64_MIN);
    EXPECT_EQ(lists[0].ids, (std::vector<std::int64_t>{-1, INT64_MAX}));
    EXPECT_EQ(lists[0].co_counts, (std::vector<std::int32_t>{3, 3}));
}

TEST(ModelLimits, LookbackIsOpenBelowAndClosedAbove) {
    auto options = usual_options();
    options.min_co_count = 1;
    const std::int64_t start = options.lookback_start_us;
    const std::vector<Event> events = {view(1, 10, start),     view(1, 20, start + 1), view(1, 30, kNow),
                                       view(1, 40, kNow + 1), view(1, 50, INT64_MIN), view(1, 60, INT64_MAX)};
    const auto recorded = record_build(events, options);
    ASSERT_EQ(recorded.models.similarity.size(), 2U);
    EXPECT_EQ(recorded.models.similarity[0].product, 20);
    EXPECT_EQ(recorded.models.similarity[0].ids, std::vector<std::int64_t>{30});
    EXPECT_EQ(recorded.models.popular_ids, (std::vector<std::int64_t>{10, 20, 30, 50}));
    EXPECT_EQ(recorded.report.events_read, 4U);
}

TEST(ModelLimits, OneUserWithHundredThousandEvents) {
    auto events = random_events(5, {.users = 40, .products = 20'000, .events = 20'000});
    for (std::int64_t at = 0; at < 100'000; ++at)
        events.push_back(view(-1, 50 + 3 * (at % 20'000)));
    auto options = usual_options();
    options.kept_neighbors = 5;
    options.threads = 2;
    const auto recorded = record_build(events, options);
    EXPECT_EQ(recorded.report.products, 20'000U);
    options.memory_bytes = recorded.report.peak_bytes * 3 / 4;
    EXPECT_EQ(record_build(events, options).models, recorded.models);
}

// A robot that looks at one product so often that a weight does not fit beside a column in 32 bits.
TEST(ModelLimits, HugeWeightOfOnePair) {
    auto events = random_events(6, {.users = 60, .products = 3000, .events = 6000});
    for (int at = 0; at < 300'000; ++at)
        events.push_back(view(1'000, 50 + 3 * (at % 2)));
    auto options = usual_options();
    options.event_types[0].weight = 100'000;
    options.kept_neighbors = 10;
    EXPECT_EQ(record_build(events, options).models.similarity, expected_models(events, options).similarity);
}

TEST(ModelLimits, CountsInTheReport) {
    const auto events = random_events(9, {});
    const auto options = usual_options();
    const auto [models, report, scans] = record_build(events, options);
    const auto expected = expected_models(events, options);
    std::uint64_t pairs = 0;
    for (const auto& list : expected.similarity)
        pairs += list.ids.size();
    std::uint64_t basket_pairs = 0;
    for (const auto& list : expected.baskets)
        basket_pairs += list.ids.size();
    EXPECT_EQ(report.pairs_kept, pairs);
    EXPECT_EQ(report.basket_pairs_kept, basket_pairs);
    EXPECT_EQ(report.blocks, 1U);
    EXPECT_EQ(scans, 1);
    EXPECT_GT(report.peak_bytes, 0U);
    EXPECT_GE(report.scan_seconds, 0);
    EXPECT_GE(report.similarity_seconds, 0);
    EXPECT_GE(report.basket_seconds, 0);
    EXPECT_GE(report.write_seconds, 0);
}

TEST(ModelLimits, RefusesImpossibleOptions) {
    const auto refused = [](const auto& change) {
        auto options = usual_options();
        change(options);
        EXPECT_THROW(record_build({view(1, 2)}, options), InvalidInput);
    };
    refused([](ModelOptions& options) { options.kept_neighbors = 0; });
    refused([](ModelOptions& options) { options.threads = 0; });
    refused([](ModelOptions& options) { options.basket_span_us = -1; });
    refused([](ModelOptions& options) { options.event_types[1].weight = -1; });
    refused([](ModelOptions& options) { options.event_types[1].weight = std::numeric_limits<double>::quiet_NaN(); });
    refused([](ModelOptions& options) { options.event_types[1].weight = std::numeric_limits<double>::infinity(); });
    refused([](ModelOptions& options) { options.event_types.clear(); });  // of which the event has one
}

TEST(ModelLimits, SaysHowMuchMemoryWouldDo) {
    const auto events = random_events(10, {.users = 100, .products = 60, .events = 2'000});
    auto options = usual_options();
    const auto expected = record_build(events, options).models;
    options.memory_bytes = 1000;
    int refusals = 0;
    for (;;) {
        try {
            EXPECT_EQ(record_build(events, options).models, expected);
            break;
        } catch (const BudgetExceeded& refused) {
            ASSERT_GT(refused.needed_bytes, options.memory_bytes);
            options.memory_bytes = refused.needed_bytes;
            ASSERT_LT(++refusals, 60);
        }
    }
    EXPECT_GT(refusals, 0);
}

class Stop : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

TEST(ModelLimits, WhatTickThrowsEndsTheBuild) {
    const auto events = random_events(12, {.users = 3000, .products = 3000, .events = 300'000});
    for (const unsigned threads : {1U, 3U}) {
        auto options = usual_options();
        options.threads = threads;
        std::map<Phase, int> ticks;
        record_build(events, options, [&](Phase phase, std::uint64_t, std::uint64_t) { ++ticks[phase]; });
        ASSERT_EQ(ticks.size(), 4U);
        for (const auto& entry : ticks)
            for (const int last : {1, 1 + entry.second / 2}) {
                int seen = 0;
                EXPECT_THROW(record_build(events, options,
                                          [&](Phase phase, std::uint64_t, std::uint64_t) {
                                              if (phase == entry.first && ++seen == last)
                                                  throw Stop("now");
                                          }),
                             Stop);
            }
    }
}

TEST(ModelLimits, TicksComeOftenAndProgressNeverFallsBack) {
    const auto events = random_events(13, {.users = 3000, .products = 5000, .events = 400'000});
    auto options = usual_options();
    options.threads = 2;
    const std::size_t peak = record_build(events, options).report.peak_bytes;
    for (const std::size_t bytes : {peak, peak / 2}) {
        options.memory_bytes = bytes;
        Phase last_phase = Phase::scan;
        std::uint64_t last_done = 0;
        std::uint64_t scanned = 0;
        record_build(events, options, [&](Phase phase, std::uint64_t done, std::uint64_t total) {
            EXPECT_GE(phase, last_phase);
            if (phase == last_phase) {
                EXPECT_GE(done, last_done);
            }
            if (phase == Phase::scan) {
                EXPECT_LE(done - std::min(done, scanned), 8192U);
                scanned = done;
            } else {
                EXPECT_LE(done, total);
            }
            last_phase = phase;
            last_done = done;
        });
        EXPECT_GT(scanned, 300'000U);
    }
}

TEST(ModelLimits, WhatTheSinkThrowsEndsTheBuild) {
    struct BrokenSink final : ModelSink {
        void neighbors(Model, std::int64_t, std::span<const std::int64_t>, std::span<const double>,
                       std::span<const std::int32_t>) override {
            throw Stop("disk full");
        }
        void popularity(std::span<const std::int64_t>, std::span<const double>) override {}
    } sink;
    struct Source final : EventSource {
        std::vector<Event> events = random_events(14, {});
        void scan(const std::function<void(std::span<const Event>)>& take) override { take(events); }
    } source;
    struct Silence final : BuildMonitor {
        void tick(Phase, std::uint64_t, std::uint64_t) override {}
    } monitor;
    EXPECT_THROW(build_models(source, usual_options(), sink, monitor), Stop);
}

// Blocks scan again; a source that then shows other users or products is found out.
TEST(ModelLimits, RefusesEventsThatChangeBetweenScans) {
    struct Growing final : EventSource {
        std::vector<Event> events = random_events(15, {.users = 500, .products = 300, .events = 20'000});
        void scan(const std::function<void(std::span<const Event>)>& take) override {
            take(events);
            events.push_back(view(-5, 51));
        }
    } source;
    struct NoSink final : ModelSink {
        void neighbors(Model, std::int64_t, std::span<const std::int64_t>, std::span<const double>,
                       std::span<const std::int32_t>) override {}
        void popularity(std::span<const std::int64_t>, std::span<const double>) override {}
    } sink;
    struct Silence final : BuildMonitor {
        void tick(Phase, std::uint64_t, std::uint64_t) override {}
    } monitor;
    auto options = usual_options();
    options.memory_bytes = record_build(source.events, options).report.peak_bytes / 2;
    EXPECT_THROW(build_models(source, options, sink, monitor), InvalidInput);
}

}  // namespace
}  // namespace shopsmart::core::test
