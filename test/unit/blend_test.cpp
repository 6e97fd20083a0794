// Blends against their parts, built alone and added up in maps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "core/errors.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

ModelOptions blend_options(SimilarityKind first, SimilarityKind second, double share) {
    auto options = usual_options();
    options.similarity = similarity_of(first);
    options.blend = {similarity_of(second), share};
    options.kept_neighbors = 1000;
    return options;
}

using Scores = std::map<std::int64_t, std::map<std::int64_t, double>>;

// factor * score / mean sum of a list whatever the signs, added to what is there.
void add_part(Scores& scores, const std::vector<NeighborList>& lists, double factor) {
    double sum = 0;
    for (const auto& list : lists)
        for (const double score : list.scores)
            sum += std::abs(score);
    for (const auto& list : lists)
        for (std::size_t place = 0; place < list.ids.size(); ++place)
            scores[list.product][list.ids[place]] += factor * list.scores[place] / (sum / static_cast<double>(lists.size()));
}

const Shape kShape{.users = 200, .products = 60, .events = 1200, .skew = 2};

TEST(Blend, AddsUpItsParts) {
    std::uint64_t seed = 80;
    for (const auto& [first, second] : {std::pair{SimilarityKind::rp3beta, SimilarityKind::slim},
                                        {SimilarityKind::cosine, SimilarityKind::llr},
                                        {SimilarityKind::slim, SimilarityKind::ease},
                                        {SimilarityKind::bm25, SimilarityKind::bm25}})
        for (const double share : {0.1, 0.5, 0.8}) {
            const auto events = random_events(++seed, kShape);
            const auto options = blend_options(first, second, share);
            auto alone = options;
            alone.blend = {};
            Scores expected;
            add_part(expected, record_build(events, alone).models.similarity, 1 - share);
            alone.similarity = options.blend.other;
            add_part(expected, record_build(events, alone).models.similarity, share);

            const auto recorded = record_build(events, options);
            ASSERT_EQ(recorded.models.similarity.size(), expected.size());
            std::uint64_t pairs = 0;
            std::int64_t before = 0;
            for (const auto& list : recorded.models.similarity) {
                EXPECT_LT(std::exchange(before, list.product), list.product);
                EXPECT_TRUE(strongest_first(list.scores));
                ASSERT_EQ(list.ids.size(), expected[list.product].size());
                for (std::size_t place = 0; place < list.ids.size(); ++place) {
                    EXPECT_DOUBLE_EQ(list.scores[place], expected[list.product][list.ids[place]]);
                    EXPECT_GE(list.co_counts[place], 2);
                }
                pairs += list.ids.size();
            }
            EXPECT_EQ(recorded.report.pairs_kept, pairs);
        }
}

TEST(Blend, LeavesBasketsAndPopularityAlone) {
    const auto events = random_events(90, kShape);
    const auto blended = record_build(events, blend_options(SimilarityKind::slim, SimilarityKind::rp3beta, 0.5)).models;
    auto options = usual_options();
    options.kept_neighbors = 1000;
    const auto plain = record_build(events, options).models;
    EXPECT_EQ(blended.baskets, plain.baskets);
    EXPECT_EQ(blended.popular_ids, plain.popular_ids);
}

TEST(Blend, KeepsTheBest) {
    const auto events = random_events(91, {.users = 60, .products = 30, .events = 1500});
    auto options = blend_options(SimilarityKind::llr, SimilarityKind::llr, 0.5);
    const auto all = record_build(events, options).models.similarity;
    options.kept_neighbors = 3;
    const auto best = record_build(events, options).models.similarity;
    ASSERT_EQ(best.size(), all.size());
    for (std::size_t at = 0; at < all.size(); ++at)
        EXPECT_EQ(best[at].ids, std::vector(all[at].ids.begin(), all[at].ids.begin() + static_cast<std::ptrdiff_t>(std::min<std::size_t>(3, all[at].ids.size()))));
}

TEST(Blend, SameBitsForAnyThreadsMemoryAndOrderOfEvents) {
    auto events = random_events(92, {.users = 2000, .products = 900, .events = 30'000, .skew = 2});
    auto options = blend_options(SimilarityKind::rp3beta, SimilarityKind::slim, 0.4);
    options.kept_neighbors = 20;
    const auto expected = record_build(events, options);
    ASSERT_FALSE(expected.models.similarity.empty());
    std::ranges::reverse(events);
    for (const unsigned threads : {2U, 7U}) {
        options.threads = threads;
        EXPECT_EQ(record_build(events, options).models, expected.models);
    }
    options.threads = 1;
    options.memory_bytes = 1000;
    for (int refusals = 0;; ++refusals) {
        ASSERT_LT(refusals, 60);
        try {
            const auto recorded = record_build(events, options);
            EXPECT_EQ(recorded.models, expected.models);
            EXPECT_LE(recorded.report.peak_bytes, options.memory_bytes);
            break;
        } catch (const BudgetExceeded& refused) {
            ASSERT_GT(refused.needed_bytes, options.memory_bytes);
            options.memory_bytes = refused.needed_bytes;
        }
    }
    EXPECT_LE(options.memory_bytes, 2 * expected.report.peak_bytes);
}

TEST(Blend, OfEmptyParts) {
    const auto options = blend_options(SimilarityKind::rp3beta, SimilarityKind::slim, 0.5);
    EXPECT_TRUE(record_build({}, options).models.similarity.empty());
    EXPECT_TRUE(record_build(random_events(93, {.users = 1, .products = 5, .events = 10}), options).models.similarity.empty());
    // With such an l1 no product foretells another: the lists are those of the other part.
    const auto events = random_events(94, kShape);
    auto one_sided = options;
    one_sided.blend.other.sparsity = 1e6;
    auto alone = options;
    alone.blend = {};
    const auto blended = record_build(events, one_sided).models.similarity;
    const auto expected = record_build(events, alone).models.similarity;
    ASSERT_EQ(blended.size(), expected.size());
    for (std::size_t at = 0; at < blended.size(); ++at)
        EXPECT_EQ(blended[at].ids, expected[at].ids);
}

TEST(Blend, RefusesImpossibleParts) {
    auto options = blend_options(SimilarityKind::rp3beta, SimilarityKind::slim, 1);
    EXPECT_THROW(record_build({}, options), InvalidInput);
    options.blend.share = -0.1;
    EXPECT_THROW(record_build({}, options), InvalidInput);
    options.blend.share = 0.5;
    options.blend.other.candidates = 0;
    EXPECT_THROW(record_build({}, options), InvalidInput);
}

}  // namespace
}  // namespace shopsmart::core::test
