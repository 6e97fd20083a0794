#include "core/model_build.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <string>

#include "core/errors.hpp"
#include "oracle.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

struct Case {
    std::string name;
    std::uint64_t seed;
    Shape shape;
    std::vector<EventType> types;
    std::uint32_t kept = 50;
    std::uint32_t min_co_count = 2;
};

void PrintTo(const Case& one, std::ostream* out) {
    *out << one.name << ", seed " << one.seed;
}

const std::vector<EventType> kWholeWeights = {{1, false}, {3, true}, {5, true}};
const std::vector<EventType> kTenths = {{0.1, false}, {0.5, true}, {2.5, true}};
const std::vector<EventType> kOddWeights = {{1.0 / 3, false}, {3.14159265358979, true}, {2.71828, true}};
const std::vector<EventType> kZeroViews = {{0, false}, {0, true}, {1, true}};
const std::vector<EventType> kHugeWeights = {{1e18, false}, {3e17, true}, {5e-3, true}};

const Case kCases[] = {
    {"tiny", 1, {.users = 3, .products = 4, .events = 30}, kWholeWeights, 50, 1},
    {"dense", 2, {.users = 60, .products = 40, .events = 6000}, kWholeWeights, 10, 2},
    {"sparse", 3, {.users = 3000, .products = 2000, .events = 6000}, kWholeWeights, 5, 1},
    {"skewed", 4, {.users = 300, .products = 500, .events = 8000, .skew = 4}, kWholeWeights, 20, 2},
    {"many_ties", 5, {.users = 400, .products = 300, .events = 2500, .types = 1}, kWholeWeights, 3, 1},
    {"tenths", 6, {.users = 100, .products = 80, .events = 3000}, kTenths, 20, 2},
    {"odd_weights", 7, {.users = 100, .products = 80, .events = 3000}, kOddWeights, 20, 2},
    {"odd_weights_sparse", 8, {.users = 2000, .products = 2000, .events = 9000}, kOddWeights, 20, 1},
    {"zero_weights", 9, {.users = 100, .products = 80, .events = 3000}, kZeroViews, 20, 2},
    {"huge_weights", 10, {.users = 100, .products = 80, .events = 3000}, kHugeWeights, 20, 2},
    {"high_minimum", 11, {.users = 200, .products = 50, .events = 3000}, kWholeWeights, 20, 12},
};

class RandomShop : public testing::TestWithParam<Case> {
protected:
    void SetUp() override {
        events = random_events(GetParam().seed, GetParam().shape);
        options = usual_options();
        options.event_types = GetParam().types;
        options.kept_neighbors = GetParam().kept;
        options.min_co_count = GetParam().min_co_count;
    }
    std::vector<Event> events;
    ModelOptions options;
};

bool sums_are_exact(const ModelOptions& options) {
    return std::ranges::all_of(options.event_types,
                               [](const EventType& type) { return type.weight < 100 && type.weight == std::floor(type.weight); });
}

TEST_P(RandomShop, EqualsTheDefinition) {
    const auto models = record_build(events, options).models;
    const auto expected = expected_models(events, options);
    if (sums_are_exact(options)) {
        EXPECT_EQ(models.similarity, expected.similarity);
        EXPECT_EQ(models.popular_ids, expected.popular_ids);
        EXPECT_EQ(models.popular_scores, expected.popular_scores);
    } else {
        expect_close(models.similarity, expected.similarity);
        ASSERT_EQ(models.popular_ids.size(), expected.popular_ids.size());
        for (std::size_t at = 0; at < models.popular_ids.size(); ++at)
            EXPECT_NEAR(models.popular_scores[at], expected.popular_scores[at], 1e-12 * expected.popular_scores[at]);
    }
    EXPECT_EQ(models.baskets, expected.baskets);
    EXPECT_FALSE(models.similarity.empty());
}

TEST_P(RandomShop, ThreadsChangeNoBit) {
    const auto one = record_build(events, options).models;
    for (const unsigned threads : {2U, 7U}) {
        options.threads = threads;
        EXPECT_EQ(record_build(events, options).models, one) << threads << " threads";
    }
}

TEST_P(RandomShop, OrderOfEventsChangesNoBit) {
    const auto models = record_build(events, options).models;
    std::shuffle(events.begin(), events.end(), std::mt19937_64(GetParam().seed));
    EXPECT_EQ(record_build(events, options).models, models);
    std::ranges::reverse(events);
    EXPECT_EQ(record_build(events, options).models, models);
}

TEST_P(RandomShop, BlocksChangeNoBit) {
    const auto whole = record_build(events, options);
    ASSERT_EQ(whole.report.blocks, 1U);
    std::uint32_t most_blocks = 1;
    // Where little memory already made many blocks, almost too little makes so many scans that nothing else takes as long.
    for (std::size_t bytes = whole.report.peak_bytes; bytes > whole.report.peak_bytes / 8; bytes -= bytes / (most_blocks < 8 ? 8 : 2)) {
        options.memory_bytes = bytes;
        options.threads = 1 + static_cast<unsigned>(bytes % 2);
        try {
            const auto cut = record_build(events, options);
            EXPECT_EQ(cut.models, whole.models) << bytes << " bytes, " << cut.report.blocks << " blocks";
            EXPECT_LE(cut.report.peak_bytes, bytes);
            EXPECT_EQ(cut.report.pairs_kept, whole.report.pairs_kept);
            EXPECT_EQ(cut.report.basket_pairs_kept, whole.report.basket_pairs_kept);
            EXPECT_EQ(cut.report.baskets, whole.report.baskets);
            EXPECT_EQ(cut.report.events_read, whole.report.events_read);
            most_blocks = std::max(most_blocks, cut.report.blocks);
        } catch (const BudgetExceeded& refused) {
            EXPECT_GT(refused.needed_bytes, bytes);
        }
    }
    EXPECT_TRUE(most_blocks > 1 || GetParam().name == "tiny");
}

TEST_P(RandomShop, SimilarityIsSymmetricAndBounded) {
    options.kept_neighbors = 100'000;
    const auto lists = record_build(events, options).models.similarity;
    std::map<std::pair<std::int64_t, std::int64_t>, std::pair<double, std::int32_t>> pairs;
    for (const auto& list : lists)
        for (std::size_t at = 0; at < list.ids.size(); ++at) {
            pairs[{list.product, list.ids[at]}] = {list.scores[at], list.co_counts[at]};
            EXPECT_GT(list.scores[at], 0);
            EXPECT_LE(list.scores[at], 1 + 1e-15);
        }
    for (const auto& [pair, value] : pairs)
        EXPECT_EQ(pairs.at({pair.second, pair.first}), value);
}

TEST_P(RandomShop, FewerKeptNeighborsAreAPrefix) {
    options.kept_neighbors = 100'000;
    const auto full = record_build(events, options).models.similarity;
    for (const std::uint32_t kept : {1U, 2U, 7U}) {
        options.kept_neighbors = kept;
        const auto lists = record_build(events, options).models.similarity;
        ASSERT_EQ(lists.size(), full.size());
        for (std::size_t at = 0; at < lists.size(); ++at) {
            auto prefix = full[at];
            const std::size_t size = std::min<std::size_t>(kept, prefix.ids.size());
            prefix.ids.resize(size);
            prefix.scores.resize(size);
            prefix.co_counts.resize(size);
            EXPECT_EQ(lists[at], prefix);
        }
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, RandomShop, testing::ValuesIn(kCases),
                         [](const auto& instance) { return instance.param.name; });

}  // namespace
}  // namespace shopsmart::core::test
