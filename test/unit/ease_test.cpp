// EASE against its closed form, computed with a full matrix and Gaussian elimination.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/errors.hpp"
#include "core/symmetric_matrix.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

using Matrix = std::vector<std::vector<double>>;

// Gauss and Jordan, with the largest pivot of each column.
Matrix inverse_of(Matrix matrix) {
    const std::size_t size = matrix.size();
    Matrix inverse(size, std::vector<double>(size, 0));
    for (std::size_t at = 0; at < size; ++at)
        inverse[at][at] = 1;
    for (std::size_t column = 0; column < size; ++column) {
        std::size_t pivot = column;
        for (std::size_t row = column; row < size; ++row)
            if (std::abs(matrix[row][column]) > std::abs(matrix[pivot][column]))
                pivot = row;
        std::swap(matrix[pivot], matrix[column]);
        std::swap(inverse[pivot], inverse[column]);
        for (std::size_t row = 0; row < size; ++row) {
            const double factor = row == column ? 1 - 1 / matrix[column][column] : matrix[row][column] / matrix[column][column];
            for (std::size_t at = 0; at < size; ++at) {
                const double pivot_value = row == column ? matrix[row][at] : matrix[column][at];
                const double pivot_inverse = row == column ? inverse[row][at] : inverse[column][at];
                matrix[row][at] -= factor * pivot_value;
                inverse[row][at] -= factor * pivot_inverse;
            }
        }
    }
    return inverse;
}

// B(i,j) and common users by products, of pairs with enough common users.
struct ExpectedPair {
    double score;
    std::int32_t co_count;
};
std::map<std::int64_t, std::map<std::int64_t, ExpectedPair>> closed_form(const std::vector<Event>& events, const ModelOptions& options) {
    std::map<std::int64_t, std::set<std::int64_t>> users_of;
    for (const auto& event : events)
        if (event.time_us <= options.as_of_us && event.time_us > options.lookback_start_us && options.event_types[event.type].weight > 0)
            users_of[event.product_id].insert(event.user_id);
    std::erase_if(users_of, [&](const auto& entry) { return entry.second.size() < options.min_co_count; });
    std::vector<std::int64_t> products;
    for (const auto& [product, users] : users_of)
        products.push_back(product);
    Matrix common(products.size(), std::vector<double>(products.size(), 0));
    for (std::size_t i = 0; i < products.size(); ++i)
        for (std::size_t j = 0; j < products.size(); ++j)
            for (const auto user : users_of[products[i]])
                common[i][j] += users_of[products[j]].contains(user) ? 1 : 0;
    Matrix regular = common;
    for (std::size_t i = 0; i < products.size(); ++i)
        regular[i][i] += options.similarity.ridge;
    const Matrix p = inverse_of(regular);
    std::map<std::int64_t, std::map<std::int64_t, ExpectedPair>> pairs;
    for (std::size_t i = 0; i < products.size(); ++i)
        for (std::size_t j = 0; j < products.size(); ++j)
            if (i != j && common[i][j] >= options.min_co_count)
                pairs[products[i]][products[j]] = {-p[i][j] / p[j][j], static_cast<std::int32_t>(common[i][j])};
    return pairs;
}

ModelOptions ease_options() {
    auto options = usual_options();
    options.similarity.kind = SimilarityKind::ease;
    options.kept_neighbors = 1000;
    return options;
}

// More products than one tile of the matrix holds, and fewer than two.
const Shape kShape{.users = 300, .products = 150, .events = 6000, .skew = 2};

TEST(Ease, EqualsTheClosedForm) {
    for (const std::uint32_t min_co_count : {1U, 2U, 5U})
        for (const double ridge : {0.5, 20.0, 500.0}) {
            SCOPED_TRACE(testing::Message() << "co-count " << min_co_count << ", lambda " << ridge);
            const auto events = random_events(40 + min_co_count, kShape);
            auto options = ease_options();
            options.min_co_count = min_co_count;
            options.similarity.ridge = ridge;
            const auto expected = closed_form(events, options);
            ASSERT_GT(expected.size(), SymmetricMatrix::kTile);
            const auto recorded = record_build(events, options);
            std::size_t pairs = 0;
            for (const auto& list : recorded.models.similarity) {
                const auto& scores = expected.at(list.product);
                for (std::size_t place = 0; place < list.ids.size(); ++place) {
                    const ExpectedPair& pair = scores.at(list.ids[place]);
                    EXPECT_NEAR(list.scores[place], pair.score, 1e-9 * std::abs(pair.score) + 1e-13);
                    EXPECT_EQ(list.co_counts[place], pair.co_count);
                    if (place > 0) {
                        EXPECT_GE(std::abs(list.scores[place - 1]), std::abs(list.scores[place]));
                    }
                }
                pairs += list.ids.size();
            }
            std::size_t all = 0;
            std::size_t negative = 0;
            for (const auto& [product, scores] : expected) {
                all += scores.size();
                negative += static_cast<std::size_t>(std::ranges::count_if(scores, [](const auto& pair) { return pair.second.score < 0; }));
            }
            EXPECT_EQ(pairs, all);
            EXPECT_GT(negative, 0U);
            EXPECT_EQ(recorded.report.pairs_kept, pairs);
        }
}

TEST(Ease, RefusesTooManyProductsAndImpossibleParameters) {
    std::vector<Event> events;
    for (std::int64_t product = 0; product <= 20'000; ++product)
        for (std::int64_t user = 0; user < 2; ++user)
            events.push_back({.user_id = 2 * (product / 2) + user, .product_id = product, .time_us = kNow, .session = 0, .type = 0});
    EXPECT_THROW(record_build(events, ease_options()), TooManyProducts);
    auto options = ease_options();
    options.similarity.ridge = 0;
    EXPECT_THROW(record_build({}, options), InvalidInput);
    options.similarity.ridge = NAN;
    EXPECT_THROW(record_build({}, options), InvalidInput);
}

}  // namespace
}  // namespace shopsmart::core::test
