// What holds for all models that are learned, whatever the formula.
#include <gtest/gtest.h>

#include <algorithm>
#include <stdexcept>

#include "core/errors.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

struct Learned {
    const char* name;
    SimilarityKind kind;
    double factors;  // of ials; few, so that a build is quick
    double iterations;
};

class LearnedModel : public testing::TestWithParam<Learned> {
protected:
    static ModelOptions options() {
        auto made = usual_options();
        made.similarity = similarity_of(GetParam().kind);
        made.similarity.factors = GetParam().factors;
        made.similarity.iterations = GetParam().iterations;
        made.kept_neighbors = 1000;
        return made;
    }
};

// More products than one tile of a symmetric matrix holds, and fewer than two.
const Shape kShape{.users = 300, .products = 100, .events = 4000, .skew = 2};

TEST_P(LearnedModel, KeepsTheBest) {
    const auto events = random_events(70, kShape);
    auto few = options();
    const auto all = record_build(events, few).models.similarity;
    few.kept_neighbors = 4;
    const auto best = record_build(events, few).models.similarity;
    ASSERT_FALSE(all.empty());
    ASSERT_EQ(best.size(), all.size());
    for (std::size_t at = 0; at < all.size(); ++at) {
        EXPECT_TRUE(strongest_first(all[at].scores));
        const auto kept = static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, all[at].ids.size()));
        EXPECT_EQ(best[at].ids, std::vector(all[at].ids.begin(), all[at].ids.begin() + kept));
    }
}

TEST_P(LearnedModel, SameBitsForAnyThreadsAndOrderOfEvents) {
    auto events = random_events(71, {.users = 2000, .products = 900, .events = 30'000, .skew = 2});
    auto threaded = options();
    threaded.kept_neighbors = 20;
    const auto expected = record_build(events, threaded).models;
    ASSERT_FALSE(expected.similarity.empty());
    std::ranges::reverse(events);
    for (const unsigned threads : {1U, 2U, 7U}) {
        threaded.threads = threads;
        EXPECT_EQ(record_build(events, threaded).models, expected);
    }
}

TEST_P(LearnedModel, NothingToLearnFrom) {
    EXPECT_TRUE(record_build({}, options()).models.similarity.empty());
    const auto events = random_events(72, {.users = 1, .products = 5, .events = 10});
    EXPECT_TRUE(record_build(events, options()).models.similarity.empty());
}

TEST_P(LearnedModel, SaysHowMuchMemoryWouldDo) {
    const auto events = random_events(74, kShape);
    auto bounded = options();
    const auto expected = record_build(events, bounded);
    bounded.memory_bytes = 1000;
    for (int refusals = 0;; ++refusals) {
        ASSERT_LT(refusals, 60);
        try {
            const auto recorded = record_build(events, bounded);
            EXPECT_EQ(recorded.models, expected.models);
            EXPECT_LE(recorded.report.peak_bytes, bounded.memory_bytes);
            break;
        } catch (const BudgetExceeded& refused) {
            ASSERT_GT(refused.needed_bytes, bounded.memory_bytes);
            bounded.memory_bytes = refused.needed_bytes;
        }
    }
    EXPECT_LE(bounded.memory_bytes, 2 * expected.report.peak_bytes);
}

class Stop : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

TEST_P(LearnedModel, ShowsProgressAndCanBeCancelled) {
    const auto events = random_events(75, {.users = 4000, .products = 1500, .events = 100'000});
    auto watched = options();
    watched.threads = 2;
    watched.kept_neighbors = 20;
    std::uint64_t last = 0;
    std::uint64_t ticks = 0;
    record_build(events, watched, [&](Phase phase, std::uint64_t done, std::uint64_t total) {
        if (phase != Phase::similarity)
            return;
        ++ticks;
        EXPECT_GE(done, last);
        EXPECT_LE(done, total);
        last = done;
    });
    EXPECT_GT(ticks, 10U);
    for (const std::uint64_t stop_at : {std::uint64_t{1}, ticks / 2}) {
        std::uint64_t seen = 0;
        EXPECT_THROW(record_build(events, watched,
                                  [&](Phase phase, std::uint64_t, std::uint64_t) {
                                      if (phase == Phase::similarity && ++seen == stop_at)
                                          throw Stop("now");
                                  }),
                     Stop);
    }
}

INSTANTIATE_TEST_SUITE_P(Kinds, LearnedModel,
                         testing::Values(Learned{"ease", SimilarityKind::ease, 64, 12}, Learned{"slim", SimilarityKind::slim, 64, 12},
                                         Learned{"ials", SimilarityKind::ials, 10, 4}),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace shopsmart::core::test
