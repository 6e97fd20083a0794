#include "core/metrics.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <set>

#include "core/random_bits.hpp"

namespace shopsmart::core::test {
namespace {

const ThreadTeam::Tick kNoTick = [](std::size_t) {};

double value(const ListMetrics& metrics, Metric metric) {
    return metrics[static_cast<std::size_t>(metric)];
}

TEST(Metrics, NoHitIsZeroEverywhere) {
    EXPECT_EQ(metrics_at(10, {}, 3), (ListMetrics{0, 0, 0, 0, 0, 0}));
    EXPECT_EQ(metrics_at(10, std::vector<std::uint32_t>{11, 20}, 3), (ListMetrics{0, 0, 0, 0, 0, 0}));
}

TEST(Metrics, PerfectListIsOneEverywhere) {
    EXPECT_EQ(metrics_at(3, std::vector<std::uint32_t>{1, 2, 3}, 3), (ListMetrics{1, 1, 1, 1, 1, 1}));
    // More answers than places: recall alone cannot reach 1.
    EXPECT_EQ(metrics_at(2, std::vector<std::uint32_t>{1, 2, 3}, 4), (ListMetrics{0.5, 1, 1, 1, 1, 1}));
    // Fewer answers than places: precision alone cannot.
    EXPECT_EQ(metrics_at(4, std::vector<std::uint32_t>{1}, 1), (ListMetrics{1, 0.25, 1, 1, 1, 1}));
}

TEST(Metrics, HitsAtSecondAndFourthPlaceOfFive) {
    const auto metrics = metrics_at(5, std::vector<std::uint32_t>{2, 4, 6}, 4);
    EXPECT_DOUBLE_EQ(value(metrics, Metric::recall), 2.0 / 4);
    EXPECT_DOUBLE_EQ(value(metrics, Metric::precision), 2.0 / 5);
    EXPECT_DOUBLE_EQ(value(metrics, Metric::hit_rate), 1);
    EXPECT_DOUBLE_EQ(value(metrics, Metric::ndcg),
                     (1 / std::log2(3.0) + 1 / std::log2(5.0)) / (1 + 1 / std::log2(3.0) + 1 / 2.0 + 1 / std::log2(5.0)));
    EXPECT_DOUBLE_EQ(value(metrics, Metric::mrr), 1.0 / 2);
    EXPECT_DOUBLE_EQ(value(metrics, Metric::map), (1.0 / 2 + 2.0 / 4) / 4);
}

std::vector<std::size_t> each_alone(std::size_t rows) {
    std::vector<std::size_t> ends(rows);
    std::iota(ends.begin(), ends.end(), std::size_t{1});
    return ends;
}

TEST(Bootstrap, EqualRowsLeaveNoDoubt) {
    const std::vector<double> values(300, 0.25);
    for (const auto& interval : bootstrap_intervals(values, 3, each_alone(100), 1, ThreadTeam(1), kNoTick)) {
        EXPECT_DOUBLE_EQ(interval.low, 0.25);
        EXPECT_DOUBLE_EQ(interval.high, 0.25);
    }
}

// A mean of n coins has the standard deviation 1 / (2 * sqrt(n)).
TEST(Bootstrap, HasTheWidthOfTheNormalApproximation) {
    std::vector<double> coins(1600);
    for (std::size_t at = 0; at < coins.size(); ++at)
        coins[at] = at % 2 == 0 ? 1 : 0;
    const auto interval = bootstrap_intervals(coins, 1, each_alone(1600), 7, ThreadTeam(2), kNoTick).front();
    EXPECT_NEAR(interval.low, 0.5 - 1.96 / 80, 0.003);
    EXPECT_NEAR(interval.high, 0.5 + 1.96 / 80, 0.003);
}

// 1600 coins of which each four fell alike tell no more than 400 do; four rows weigh as four in the mean.
TEST(Bootstrap, DrawsClustersWhole) {
    std::vector<double> coins(1600);
    std::vector<std::size_t> ends;
    for (std::size_t at = 0; at < coins.size(); ++at) {
        coins[at] = at / 4 % 2 == 0 ? 1 : 0;
        if (at % 4 == 3)
            ends.push_back(at + 1);
    }
    const auto interval = bootstrap_intervals(coins, 1, ends, 7, ThreadTeam(2), kNoTick).front();
    EXPECT_NEAR(interval.low, 0.5 - 1.96 / 40, 0.006);
    EXPECT_NEAR(interval.high, 0.5 + 1.96 / 40, 0.006);
    const auto uneven = bootstrap_intervals(std::vector<double>{1, 0, 0, 0}, 1, std::vector<std::size_t>{1, 4}, 7, ThreadTeam(1), kNoTick).front();
    EXPECT_DOUBLE_EQ(uneven.low, 0);
    EXPECT_DOUBLE_EQ(uneven.high, 1);
}

TEST(Bootstrap, DependsOnTheSeedAndOnNothingElse) {
    std::vector<double> values;
    RandomBits random(3, 0);
    for (int at = 0; at < 1000; ++at)
        values.push_back(static_cast<double>(random.below(1000)));
    const auto bounds = [&](std::uint64_t seed, unsigned threads) {
        const auto intervals = bootstrap_intervals(values, 2, each_alone(500), seed, ThreadTeam(threads), kNoTick);
        return std::vector<double>{intervals[0].low, intervals[0].high, intervals[1].low, intervals[1].high};
    };
    EXPECT_EQ(bounds(5, 1), bounds(5, 2));
    EXPECT_EQ(bounds(5, 1), bounds(5, 7));
    EXPECT_NE(bounds(5, 1), bounds(6, 1));
}

TEST(Bootstrap, CanBeCancelled) {
    const std::vector<double> values(1'000'000, 1.0);
    EXPECT_THROW(bootstrap_intervals(values, 1, each_alone(1'000'000), 1, ThreadTeam(2), [](std::size_t) { throw Cancelled{}; }), Cancelled);
}

TEST(RandomBits, FillsTheRangeEvenly) {
    RandomBits random(1, 2);
    std::vector<int> counts(10, 0);
    for (int draw = 0; draw < 100'000; ++draw)
        ++counts[random.below(10)];
    for (const int count : counts)
        EXPECT_NEAR(count, 10'000, 500);
    std::set<std::uint64_t> first;
    for (std::uint64_t stream = 0; stream < 1000; ++stream)
        first.insert(RandomBits(1, stream).next());
    EXPECT_EQ(first.size(), 1000U);
}

}  // namespace
}  // namespace shopsmart::core::test
