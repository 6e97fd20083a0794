#include "oracle.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <tuple>

namespace shopsmart::core::test {

namespace {

// Weights by row (user or basket) and product.
template <class Row>
using Matrix = std::map<Row, std::map<std::int64_t, double>>;

template <class Row>
std::vector<NeighborList> expected_neighbors(const Matrix<Row>& matrix, const ModelOptions& options) {
    std::map<std::pair<std::int64_t, std::int64_t>, double> dots;
    std::map<std::pair<std::int64_t, std::int64_t>, std::int32_t> counts;
    for (const auto& [row, weights] : matrix)
        for (const auto& [i, weight_i] : weights)
            for (const auto& [j, weight_j] : weights) {
                dots[{i, j}] += weight_i * weight_j;
                ++counts[{i, j}];
            }
    std::map<std::int64_t, std::vector<std::tuple<double, std::int64_t, std::int32_t>>> candidates;
    for (const auto& [pair, dot] : dots) {
        const auto [i, j] = pair;
        if (i == j || counts[pair] < static_cast<std::int32_t>(options.min_co_count))
            continue;
        const double score = dot / std::sqrt(dots[{i, i}] * dots[{j, j}]);
        candidates[i].emplace_back(-score, j, counts[pair]);
    }
    std::vector<NeighborList> lists;
    for (auto& [product, list] : candidates) {
        std::sort(list.begin(), list.end());
        list.resize(std::min<std::size_t>(list.size(), options.kept_neighbors));
        NeighborList expected{product, {}, {}, {}};
        for (const auto& [negative_score, neighbor, count] : list) {
            expected.ids.push_back(neighbor);
            expected.scores.push_back(-negative_score);
            expected.co_counts.push_back(count);
        }
        lists.push_back(expected);
    }
    return lists;
}

}  // namespace

Models expected_models(const std::vector<Event>& events, const ModelOptions& options) {
    Matrix<std::int64_t> interactions;
    std::map<std::int64_t, double> popularity;
    std::map<std::pair<std::int64_t, std::uint64_t>, std::vector<std::pair<std::int64_t, std::int64_t>>> lines;
    for (const auto& event : events) {
        if (event.time_us > options.as_of_us)
            continue;
        const EventType& type = options.event_types[event.type];
        if (type.weight > 0)
            popularity[event.product_id] += type.weight;
        if (event.time_us <= options.lookback_start_us)
            continue;
        if (type.weight > 0)
            interactions[event.user_id][event.product_id] += type.weight;
        if (type.in_basket)
            lines[{event.user_id, event.session}].emplace_back(event.time_us, event.product_id);
    }

    Matrix<std::tuple<std::int64_t, std::uint64_t, std::int64_t>> baskets;
    for (auto& [owner, list] : lines) {
        std::sort(list.begin(), list.end());
        std::int64_t start = list.front().first;
        for (const auto& [time, product] : list) {
            if (time - start > options.basket_span_us)
                start = time;
            baskets[{owner.first, owner.second, start}][product] = 1;
        }
    }

    Models models;
    models.similarity = expected_neighbors(interactions, options);
    models.baskets = expected_neighbors(baskets, options);
    std::vector<std::pair<double, std::int64_t>> ranked;
    for (const auto& [product, sum] : popularity)
        ranked.emplace_back(-sum, product);
    std::sort(ranked.begin(), ranked.end());
    for (const auto& [negative_sum, product] : ranked) {
        models.popular_ids.push_back(product);
        models.popular_scores.push_back(-negative_sum);
    }
    return models;
}

void expect_close(const std::vector<NeighborList>& actual, const std::vector<NeighborList>& expected) {
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t at = 0; at < actual.size(); ++at) {
        const auto& list = actual[at];
        const auto& wanted = expected[at];
        ASSERT_EQ(list.product, wanted.product);
        ASSERT_EQ(list.ids.size(), wanted.ids.size());
        for (std::size_t place = 0; place < list.ids.size(); ++place) {
            EXPECT_NEAR(list.scores[place], wanted.scores[place], 1e-12 * wanted.scores[place]);
            if (place != 0) {
                EXPECT_TRUE(list.scores[place - 1] > list.scores[place] ||
                            (list.scores[place - 1] == list.scores[place] && list.ids[place - 1] < list.ids[place]));
            }
            const auto same = std::ranges::find(wanted.ids, list.ids[place]);
            if (same != wanted.ids.end())
                EXPECT_EQ(list.co_counts[place], wanted.co_counts[static_cast<std::size_t>(same - wanted.ids.begin())]);
            else  // a near tie at the end of the list fell the other way
                EXPECT_NEAR(list.scores[place], wanted.scores.back(), 1e-12);
        }
    }
}

}  // namespace shopsmart::core::test
