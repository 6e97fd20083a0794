// iALS against the same steps on full matrices: every pair of a user and a product has its weight, and Gauss solves.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/errors.hpp"
#include "core/random_bits.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

using Vector = std::vector<double>;
using Matrix = std::vector<Vector>;

Vector gauss(Matrix a, Vector b) {
    const std::size_t size = b.size();
    for (std::size_t k = 0; k < size; ++k) {
        std::size_t largest = k;
        for (std::size_t row = k; row < size; ++row)
            if (std::abs(a[row][k]) > std::abs(a[largest][k]))
                largest = row;
        std::swap(a[k], a[largest]);
        std::swap(b[k], b[largest]);
        for (std::size_t row = 0; row < size; ++row) {
            if (row == k)
                continue;
            const double factor = a[row][k] / a[k][k];
            for (std::size_t column = 0; column < size; ++column)
                a[row][column] -= factor * a[k][column];
            b[row] -= factor * b[k];
        }
    }
    for (std::size_t k = 0; k < size; ++k)
        b[k] /= a[k][k];
    return b;
}

// What a row of targets, 1 or 0, wants to be, the others being what they are.
Vector best_factors(const std::vector<bool>& targets, const Matrix& others, const Similarity& similarity) {
    const auto size = static_cast<std::size_t>(similarity.factors);
    Matrix a(size, Vector(size));
    Vector b(size);
    const auto ones = static_cast<double>(std::ranges::count(targets, true));
    if (ones == 0)
        return b;
    for (std::size_t i = 0; i < size; ++i) {
        a[i][i] = similarity.regularization * (ones + similarity.unobserved_weight * static_cast<double>(targets.size()));
        for (std::size_t at = 0; at < targets.size(); ++at) {
            b[i] += targets[at] * others[at][i];
            for (std::size_t j = 0; j < size; ++j)
                a[i][j] += (targets[at] + similarity.unobserved_weight) * others[at][i] * others[at][j];
        }
    }
    return gauss(a, b);
}

struct Expected {
    double score;
    int co_count;
};

std::map<std::int64_t, std::map<std::int64_t, Expected>> naive_scores(const std::vector<Event>& events, const ModelOptions& options) {
    std::map<std::int64_t, std::set<std::int64_t>> users_of;
    std::set<std::int64_t> all_users;
    for (const auto& event : events)
        if (event.time_us <= options.as_of_us && event.time_us > options.lookback_start_us && options.event_types[event.type].weight > 0) {
            users_of[event.product_id].insert(event.user_id);
            all_users.insert(event.user_id);
        }
    std::erase_if(users_of, [&](const auto& product) { return product.second.size() < options.min_co_count; });
    std::vector<std::vector<bool>> of_product;
    std::vector<std::vector<bool>> of_user(all_users.size(), std::vector<bool>(users_of.size()));
    std::vector<std::int64_t> ids;
    Matrix product_factors;
    for (const auto& [product, users] : users_of) {
        auto& row = of_product.emplace_back(all_users.size());
        std::size_t at = 0;
        for (const auto user : all_users) {
            row[at] = users.contains(user);
            of_user[at][ids.size()] = row[at];
            ++at;
        }
        RandomBits random(0, static_cast<std::uint64_t>(product));
        auto& factors = product_factors.emplace_back(static_cast<std::size_t>(options.similarity.factors));
        for (double& factor : factors)
            factor = 0.1 * std::sqrt(12 / options.similarity.factors) * (static_cast<double>(random.next() >> 11) / 9007199254740992.0 - 0.5);
        ids.push_back(product);
    }
    for (int round = 0; round < options.similarity.iterations; ++round) {
        Matrix user_factors;
        for (const auto& row : of_user)
            user_factors.push_back(best_factors(row, product_factors, options.similarity));
        for (std::size_t at = 0; at < ids.size(); ++at)
            product_factors[at] = best_factors(of_product[at], user_factors, options.similarity);
    }
    std::map<std::int64_t, std::map<std::int64_t, Expected>> scores;
    for (std::size_t i = 0; i < ids.size(); ++i) {
        std::vector<bool> only(ids.size());
        only[i] = true;
        const Vector user = best_factors(only, product_factors, options.similarity);
        for (std::size_t j = 0; j < ids.size(); ++j) {
            int common = 0;
            double score = 0;
            for (std::size_t at = 0; at < all_users.size(); ++at)
                common += of_product[i][at] && of_product[j][at];
            for (std::size_t at = 0; at < user.size(); ++at)
                score += user[at] * product_factors[j][at];
            if (i != j && common >= static_cast<int>(options.min_co_count))
                scores[ids[i]][ids[j]] = {score, common};
        }
    }
    return scores;
}

ModelOptions ials_options() {
    auto options = usual_options();
    options.similarity.kind = SimilarityKind::ials;
    options.similarity.factors = 10;
    options.similarity.iterations = 4;
    options.kept_neighbors = 1000;
    return options;
}

const Shape kShape{.users = 150, .products = 40, .events = 1200, .skew = 2};

TEST(Ials, EqualsFullMatrices) {
    std::uint64_t seed = 90;
    for (const auto& [factors, regularization, unobserved] :
         {std::tuple{10.0, 0.01, 0.1}, {1.0, 0.1, 0.0}, {17.0, 0.003, 1.0}, {8.0, 0.5, 0.01}}) {
        SCOPED_TRACE(testing::Message() << factors << " factors, " << regularization << ", " << unobserved);
        const auto events = random_events(++seed, kShape);
        auto options = ials_options();
        options.similarity.factors = factors;
        options.similarity.regularization = regularization;
        options.similarity.unobserved_weight = unobserved;
        auto expected = naive_scores(events, options);
        std::size_t found = 0;
        for (const auto& list : record_build(events, options).models.similarity)
            for (std::size_t place = 0; place < list.ids.size(); ++place) {
                auto& pair = expected[list.product][list.ids[place]];
                EXPECT_NEAR(list.scores[place], pair.score, 1e-9);
                EXPECT_EQ(list.co_counts[place], pair.co_count);
                pair.score = 0;
                ++found;
            }
        for (const auto& [i, row] : expected)
            for (const auto& [j, pair] : row)
                EXPECT_LT(std::abs(pair.score), 1e-9) << i << " to " << j << " is missing";
        EXPECT_GT(found, 100U);
    }
}

TEST(Ials, RefusesImpossibleParameters) {
    const auto refused = [](double core::Similarity::* parameter, double value) {
        auto options = ials_options();
        options.similarity.*parameter = value;
        EXPECT_THROW(record_build({}, options), InvalidInput) << value;
    };
    for (const double factors : {0.0, 257.0, std::nan("")})
        refused(&Similarity::factors, factors);
    for (const double iterations : {0.0, 101.0})
        refused(&Similarity::iterations, iterations);
    for (const double regularization : {0.0, 1e-7, 1e7})
        refused(&Similarity::regularization, regularization);
    refused(&Similarity::unobserved_weight, -1);
}

// Hardly any regularization, far more factors than products, and extreme weights: rounding makes no score that is none.
TEST(Ials, StaysFinite) {
    for (const double regularization : {1e-6, 1e6})
        for (const double unobserved : {0.0, 1e-6, 1e6}) {
            auto options = ials_options();
            options.similarity.regularization = regularization;
            options.similarity.unobserved_weight = unobserved;
            options.similarity.factors = 60;
            const auto recorded = record_build(random_events(83, {.users = 20, .products = 10, .events = 400}), options);
            EXPECT_TRUE(regularization > 1 || !recorded.models.similarity.empty());
            for (const auto& list : recorded.models.similarity)
                for (const double score : list.scores)
                    EXPECT_TRUE(score != 0 && std::isfinite(score)) << score;
        }
}

}  // namespace
}  // namespace shopsmart::core::test
