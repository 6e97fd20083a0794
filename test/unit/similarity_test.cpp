// Every kind of similarity against its formula, computed with maps.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "core/errors.hpp"
#include "core/pair_score.hpp"
#include "oracle.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

const std::vector<EventType> kWholeWeights = {{1, false}, {3, true}, {5, true}};
const std::vector<EventType> kTenths = {{0.1, false}, {0.5, true}, {2.5, true}};
const std::vector<EventType> kOddWeights = {{1.0 / 3, false}, {3.14159265358979, true}, {2.71828, true}};

// What the formulas of core/weighted_rows.hpp and core/pair_score.hpp speak of.
struct Shop {
    Shop(const std::vector<Event>& events, const ModelOptions& options) {
        for (const auto& event : events) {
            const double weight = options.event_types[event.type].weight;
            if (event.time_us > options.as_of_us || event.time_us <= options.lookback_start_us || weight == 0)
                continue;
            weights[event.user_id][event.product_id] += weight;
            user_total[event.user_id] += weight;
            product_total[event.product_id] += weight;
            user_events[event.user_id] += 1;
        }
        for (const auto& [user, row] : weights) {
            all += user_total[user];
            for (const auto& [product, weight] : row)
                product_users[product] += 1;
        }
    }

    double weight(std::int64_t user, std::int64_t product, const Similarity& similarity) const {
        const double w = weights.at(user).at(product);
        const auto users = static_cast<double>(weights.size());
        const double n = product_users.at(product);
        switch (similarity.kind) {
            case SimilarityKind::cosine:
            case SimilarityKind::llr:
                return w;
            case SimilarityKind::tf_idf:
                return w * std::log(1 + static_cast<double>(product_users.size()) / user_events.at(user));
            case SimilarityKind::bm25: {
                const double length = user_total.at(user) / (all / users);
                return w * (similarity.saturation + 1) /
                       (w + similarity.saturation * (1 - similarity.length_share + similarity.length_share * length)) *
                       std::log(1 + (users - n + 0.5) / (n + 0.5));
            }
            case SimilarityKind::rp3beta:
            case SimilarityKind::ease:  // see ease_test.cpp
            case SimilarityKind::slim:  // see slim_test.cpp
            case SimilarityKind::ials:  // see ials_test.cpp
                break;
        }
        return std::pow(w / std::sqrt(user_total.at(user)), similarity.walk_exponent);
    }

    double score(std::int64_t i, std::int64_t j, double both, double dot, double square_i, double square_j,
                 const Similarity& similarity) const {
        const auto users = static_cast<double>(weights.size());
        const double shrunk = both / (both + similarity.shrinkage);
        const double n_i = product_users.at(i);
        const double n_j = product_users.at(j);
        switch (similarity.kind) {
            case SimilarityKind::cosine:
            case SimilarityKind::tf_idf:
                return shrunk * dot / std::sqrt(square_i * square_j);
            case SimilarityKind::bm25:
                return shrunk * dot;
            case SimilarityKind::rp3beta:
                return shrunk * dot / std::pow(product_total.at(i), similarity.walk_exponent) / std::pow(n_j + similarity.popularity_smoothing, similarity.popularity_exponent);
            case SimilarityKind::llr:
            case SimilarityKind::ease:
            case SimilarityKind::slim:
            case SimilarityKind::ials:
                break;
        }
        if (both / users <= n_i / users * n_j / users)
            return 0;
        // Dunning's G by entropies, as Mahout writes it.
        const auto entropy = [](std::vector<double> counts) {
            double sum = 0;
            double terms = 0;
            for (const double count : counts) {
                sum += count;
                terms += count > 0 ? count * std::log(count) : 0;
            }
            return sum * std::log(sum) - terms;
        };
        const double k12 = n_i - both;
        const double k21 = n_j - both;
        const double k22 = users - n_i - n_j + both;
        const double ratio = 2 * (entropy({n_i, users - n_i}) + entropy({n_j, users - n_j}) - entropy({both, k12, k21, k22}));
        return shrunk * (1 - 1 / (1 + ratio));
    }

    std::map<std::int64_t, std::map<std::int64_t, double>> weights;
    std::map<std::int64_t, double> user_total, product_total, user_events, product_users;
    double all = 0;
};

std::map<std::int64_t, std::map<std::int64_t, double>> expected_scores(const std::vector<Event>& events, const ModelOptions& options) {
    const Shop shop(events, options);
    std::map<std::pair<std::int64_t, std::int64_t>, std::pair<double, double>> pairs;  // dot, co-count
    for (const auto& [user, row] : shop.weights)
        for (const auto& [i, unused] : row)
            for (const auto& [j, also_unused] : row) {
                auto& [dot, both] = pairs[{i, j}];
                dot += shop.weight(user, i, options.similarity) * shop.weight(user, j, options.similarity);
                both += 1;
            }
    std::map<std::int64_t, std::map<std::int64_t, double>> scores;
    for (const auto& [pair, sums] : pairs) {
        const auto [i, j] = pair;
        if (i == j || sums.second < options.min_co_count)
            continue;
        const double score =
            shop.score(i, j, sums.second, sums.first, pairs.at({i, i}).first, pairs.at({j, j}).first, options.similarity);
        if (score > 1e-9)
            scores[i][j] = score;
    }
    return scores;
}

void expect_lists(const std::vector<NeighborList>& lists, const std::map<std::int64_t, std::map<std::int64_t, double>>& expected,
                  std::size_t kept) {
    std::size_t listed = 0;
    for (const auto& list : lists) {
        const auto& scores = expected.at(list.product);
        ASSERT_EQ(list.ids.size(), std::min(kept, scores.size()));
        std::vector<double> best;
        for (const auto& [product, score] : scores)
            best.push_back(score);
        std::ranges::sort(best, std::greater{});
        for (std::size_t place = 0; place < list.ids.size(); ++place) {
            EXPECT_NEAR(list.scores[place], scores.at(list.ids[place]), 1e-9 * scores.at(list.ids[place]));
            EXPECT_NEAR(list.scores[place], best[place], 1e-9 * best[place]);
        }
        ++listed;
    }
    EXPECT_EQ(listed, expected.size());
}

const Similarity kSimilarities[] = {
    {.kind = SimilarityKind::cosine, .shrinkage = 10},
    {.kind = SimilarityKind::tf_idf},
    {.kind = SimilarityKind::tf_idf, .shrinkage = 3},
    {.kind = SimilarityKind::bm25},
    {.kind = SimilarityKind::bm25, .shrinkage = 2, .saturation = 100, .length_share = 0.2},
    {.kind = SimilarityKind::rp3beta},
    {.kind = SimilarityKind::rp3beta, .walk_exponent = 1.7, .popularity_exponent = 0.3},
    {.kind = SimilarityKind::rp3beta, .walk_exponent = 0.5, .popularity_exponent = 0},
    {.kind = SimilarityKind::rp3beta, .popularity_exponent = 0.8, .popularity_smoothing = 0},
    {.kind = SimilarityKind::llr},
    {.kind = SimilarityKind::llr, .shrinkage = 5},
};

TEST(Similarity, EqualsItsFormula) {
    std::uint64_t seed = 100;
    for (const auto& types : {kWholeWeights, kTenths, kOddWeights})
        for (const auto& similarity : kSimilarities) {
            SCOPED_TRACE("kind " + std::to_string(static_cast<int>(similarity.kind)) + ", seed " + std::to_string(++seed));
            const auto events = random_events(seed, {.users = 150, .products = 80, .events = 2500, .skew = 2});
            auto options = usual_options();
            options.event_types = types;
            options.similarity = similarity;
            options.kept_neighbors = 12;
            options.min_co_count = seed % 2 == 0 ? 1 : 2;
            expect_lists(record_build(events, options).models.similarity, expected_scores(events, options), 12);
        }
}

TEST(Similarity, SameBitsForAnyThreadsBlocksAndOrderOfEvents) {
    auto events = random_events(7, {.users = 2000, .products = 1500, .events = 20'000, .skew = 2});
    for (const auto& types : {kWholeWeights, kOddWeights})
        for (const auto& similarity : kSimilarities) {
            auto options = usual_options();
            options.event_types = types;
            options.similarity = similarity;
            options.kept_neighbors = 10;
            const auto expected = record_build(events, options);
            ASSERT_FALSE(expected.models.similarity.empty());
            std::ranges::reverse(events);
            options.threads = 3;
            EXPECT_EQ(record_build(events, options).models.similarity, expected.models.similarity);
            options.memory_bytes = 1'100'000;
            const auto in_blocks = record_build(events, options);
            EXPECT_GT(in_blocks.report.blocks, 1U);
            EXPECT_LE(in_blocks.report.peak_bytes, options.memory_bytes);
            EXPECT_EQ(in_blocks.models.similarity, expected.models.similarity);
        }
}

TEST(Similarity, BasketsAndPopularityStayAsTheyAre) {
    const auto events = random_events(9, {});
    auto options = usual_options();
    const auto plain = record_build(events, options);
    options.similarity.kind = SimilarityKind::bm25;
    const auto weighted = record_build(events, options);
    EXPECT_EQ(weighted.models.baskets, plain.models.baskets);
    EXPECT_EQ(weighted.models.popular_ids, plain.models.popular_ids);
    EXPECT_NE(weighted.models.similarity, plain.models.similarity);
}

TEST(Similarity, TheSmallestCoCountSuitsTheKind) {
    const auto events = random_events(9, {.users = 200, .products = 100, .events = 900});
    auto options = usual_options();
    const auto built = [&](SimilarityKind kind, std::uint32_t min_co_count) {
        options.similarity = similarity_of(kind);
        options.min_co_count = min_co_count;
        return record_build(events, options).models;
    };
    for (const auto& [kind, natural] : {std::pair{SimilarityKind::rp3beta, 1U}, {SimilarityKind::slim, 1U}, {SimilarityKind::cosine, 2U},
                                        {SimilarityKind::bm25, 2U}, {SimilarityKind::llr, 2U}, {SimilarityKind::ease, 2U}}) {
        SCOPED_TRACE(static_cast<int>(kind));
        const auto suited = built(kind, 0);
        EXPECT_EQ(suited.similarity, built(kind, natural).similarity);
        EXPECT_NE(suited.similarity, built(kind, 3 - natural).similarity);
        EXPECT_EQ(suited.baskets, built(kind, 2).baskets);
        EXPECT_NE(suited.baskets, built(kind, 1).baskets);
    }
    options.blend = {similarity_of(SimilarityKind::cosine), 0.5};
    const auto blended = built(SimilarityKind::rp3beta, 0).similarity;
    EXPECT_NE(blended, built(SimilarityKind::rp3beta, 1).similarity);
    EXPECT_NE(blended, built(SimilarityKind::rp3beta, 2).similarity);
}

// The example of Dunning's paper: "the swiss" in 31,777 words of a newspaper, G = 270.72.
TEST(Similarity, LogLikelihoodRatioOfThePaper) {
    const PairScore score({.kind = SimilarityKind::llr}, 110 + 2442 + 111 + 29114);
    const PairSide side_a = score.side(0, 110 + 2442);
    const PairSide side_b = score.side(0, 110 + 111);
    const double mapped = score.of(0, 110, 1, 1, side_a, side_b);
    EXPECT_NEAR(1 / (1 - mapped) - 1, 270.72, 0.005);
}

TEST(Similarity, RefusesParametersOutOfRange) {
    for (const Similarity& similarity : {Similarity{.shrinkage = -1}, Similarity{.shrinkage = NAN}, Similarity{.length_share = 1.5},
                                         Similarity{.saturation = INFINITY}, Similarity{.popularity_exponent = 1e7}}) {
        auto options = usual_options();
        options.similarity = similarity;
        EXPECT_THROW(record_build({}, options), InvalidInput);
    }
}

}  // namespace
}  // namespace shopsmart::core::test
