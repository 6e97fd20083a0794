// SLIM against coordinate descent on full matrices, with nothing left out and until nothing moves any more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/errors.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

// W(i,j) by i and j, without zeros.
std::map<std::int64_t, std::map<std::int64_t, double>> naive_weights(const std::vector<Event>& events, const ModelOptions& options) {
    std::map<std::int64_t, std::set<std::int64_t>> users_of;
    for (const auto& event : events)
        if (event.time_us <= options.as_of_us && event.time_us > options.lookback_start_us && options.event_types[event.type].weight > 0)
            users_of[event.product_id].insert(event.user_id);
    const auto common = [&](std::int64_t i, std::int64_t j) {
        return static_cast<double>(std::ranges::count_if(users_of[i], [&](auto user) { return users_of[j].contains(user); }));
    };
    std::map<std::int64_t, std::map<std::int64_t, double>> weights;
    for (const auto& [j, users] : users_of) {
        std::vector<std::pair<double, std::int64_t>> candidates;
        for (const auto& [i, others] : users_of)
            if (i != j && common(i, j) >= options.min_co_count)
                candidates.emplace_back(-common(i, j) / std::sqrt(static_cast<double>(users.size() * others.size())), i);
        std::ranges::sort(candidates);
        candidates.resize(std::min(candidates.size(), static_cast<std::size_t>(options.similarity.candidates)));
        const std::size_t count = candidates.size();
        std::vector<std::vector<double>> gram(count, std::vector<double>(count));
        std::vector<double> target(count);
        for (std::size_t a = 0; a < count; ++a)
            target[a] = common(candidates[a].second, j);
        for (std::size_t a = 0; a < count; ++a)
            for (std::size_t b = 0; b < count; ++b)
                gram[a][b] = common(candidates[a].second, candidates[b].second);
        std::vector<double> solution(count, 0);
        for (int round = 0; round < 1000; ++round)
            for (std::size_t a = 0; a < count; ++a) {
                double wanted = target[a] - options.similarity.sparsity;
                for (std::size_t b = 0; b < count; ++b)
                    wanted -= b == a ? 0 : gram[a][b] * solution[b];
                solution[a] = std::max(0.0, wanted) / (gram[a][a] + options.similarity.smoothness);
            }
        for (std::size_t a = 0; a < count; ++a)
            if (solution[a] > 0)
                weights[candidates[a].second][j] = solution[a];
    }
    return weights;
}

ModelOptions slim_options() {
    auto options = usual_options();
    options.similarity.kind = SimilarityKind::slim;
    options.kept_neighbors = 1000;
    return options;
}

const Shape kShape{.users = 200, .products = 40, .events = 1500, .skew = 2};

TEST(Slim, EqualsNaiveCoordinateDescent) {
    std::uint64_t seed = 60;
    for (const double candidates : {1000.0, 7.0})
        for (const auto& [l1, l2] : {std::pair{0.5, 10.0}, {0.0, 1.0}, {3.0, 0.5}}) {
            SCOPED_TRACE(testing::Message() << candidates << " candidates, l1 " << l1 << ", l2 " << l2);
            const auto events = random_events(++seed, kShape);
            auto options = slim_options();
            options.similarity.candidates = candidates;
            options.similarity.sparsity = l1;
            options.similarity.smoothness = l2;
            auto expected = naive_weights(events, options);
            std::size_t found = 0;
            for (const auto& list : record_build(events, options).models.similarity)
                for (std::size_t place = 0; place < list.ids.size(); ++place) {
                    auto& weight = expected[list.product][list.ids[place]];
                    EXPECT_NEAR(list.scores[place], weight, 1e-3);
                    EXPECT_GE(list.co_counts[place], 2);
                    weight = 0;
                    ++found;
                }
            for (const auto& [i, row] : expected)
                for (const auto& [j, weight] : row)
                    EXPECT_LT(weight, 1e-3) << i << " to " << j << " is missing";
            EXPECT_GT(found, 100U);
        }
}

TEST(Slim, RefusesImpossibleParameters) {
    for (const double candidates : {0.0, 1001.0, std::nan("")}) {
        auto options = slim_options();
        options.similarity.candidates = candidates;
        EXPECT_THROW(record_build({}, options), InvalidInput);
    }
    auto options = slim_options();
    options.similarity.sparsity = -1;
    EXPECT_THROW(record_build({}, options), InvalidInput);
}

// Without any penalty a weight may have no single best value, but there is an end.
TEST(Slim, EndsWithoutPenalties) {
    auto options = slim_options();
    options.similarity.sparsity = 0;
    options.similarity.smoothness = 0;
    const auto recorded = record_build(random_events(73, {.users = 20, .products = 60, .events = 2000}), options);
    for (const auto& list : recorded.models.similarity)
        for (const double score : list.scores)
            EXPECT_TRUE(score > 0 && score <= 1) << score;
}

}  // namespace
}  // namespace shopsmart::core::test
