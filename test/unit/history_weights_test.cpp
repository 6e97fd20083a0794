#include "core/history_weights.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace shopsmart::core::test {
namespace {

HistoryEvent event(std::int64_t product_id, std::int64_t occurred_at, double type_weight) {
    return {.event_id = 0, .product_id = product_id, .occurred_at = occurred_at, .type_weight = type_weight, .weight = -1, .type = 0,
            .first_of_product = -1, .product_weight = -1};
}

TEST(HistoryWeights, ByHand) {
    std::vector<HistoryEvent> history{event(7, 100, 1), event(8, 100, 3), event(7, 90, 5), event(9, 80, 0)};
    EXPECT_EQ(weigh_history(history.data(), 4, {.events = 50, .half_life = 1, .exponent = 1}), 4);
    EXPECT_EQ(history[0].weight, 1);
    EXPECT_EQ(history[1].weight, 3);  // of the same moment
    EXPECT_EQ(history[2].weight, 2.5);
    EXPECT_EQ(history[3].weight, 0);
    EXPECT_EQ(history[2].first_of_product, 0);
    EXPECT_EQ(history[3].first_of_product, 3);

    // 7 has 1 + 2.5 = 3.5, of which its root counts.
    EXPECT_EQ(weigh_history(history.data(), 4, {.events = 50, .half_life = 1, .exponent = 0.5}), 4);
    EXPECT_DOUBLE_EQ(history[0].weight, 1 / std::sqrt(3.5));
    EXPECT_DOUBLE_EQ(history[0].weight + history[2].weight, std::sqrt(3.5));
    EXPECT_DOUBLE_EQ(history[1].weight, std::sqrt(3));
    EXPECT_EQ(history[3].weight, 0);

    // Without an exponent all products count alike, but those that nothing weighs.
    weigh_history(history.data(), 4, {.events = 50, .half_life = 0, .exponent = 0});
    EXPECT_DOUBLE_EQ(history[0].weight + history[2].weight, 1);
    EXPECT_DOUBLE_EQ(history[1].weight, 1);
    EXPECT_EQ(history[3].weight, 0);
}

TEST(HistoryWeights, WeightsOfAProductAddUpToThePower) {
    std::mt19937_64 random(20261122);
    for (const double exponent : {0.0, 0.3, 0.5, 1.0}) {
        std::vector<HistoryEvent> history;
        for (int i = 0; i < 200; i++)
            history.push_back(event(static_cast<std::int64_t>(random() % 60), -i / 3, static_cast<double>(random() % 4)));
        ASSERT_EQ(weigh_history(history.data(), 200, {.events = 200, .half_life = 12, .exponent = exponent}), 200);
        std::map<std::int64_t, double> sums;
        std::map<std::int64_t, double> weights;
        for (int i = 0; i < 200; i++) {
            sums[history[i].product_id] += history[i].type_weight * std::exp2(-(i / 3) / 12.0);
            weights[history[i].product_id] += history[i].weight;
        }
        for (const auto& [product, sum] : sums)
            EXPECT_NEAR(weights[product], sum > 0 ? std::pow(sum, exponent) : 0, 1e-12) << exponent;
    }
}

TEST(HistoryWeights, AHistoryEndsAfterTwentyFiveHalfLives) {
    const auto counting = [](int half_life, int events_of_a_moment) {
        std::vector<HistoryEvent> history;
        for (int i = 0; i < 400; i++)
            history.push_back(event(i, -i / events_of_a_moment, 1));
        return weigh_history(history.data(), 400, {.events = 400, .half_life = half_life, .exponent = 0.5});
    };
    EXPECT_EQ(counting(1, 1), 25);
    EXPECT_EQ(counting(2, 1), 50);
    EXPECT_EQ(counting(2, 4), 200);
    EXPECT_EQ(counting(16, 1), 400);
    EXPECT_EQ(counting(0, 1), 400);
    std::vector<HistoryEvent> none;
    EXPECT_EQ(weigh_history(none.data(), 0, {.events = 1, .half_life = 1, .exponent = 0.5}), 0);
}

}  // namespace
}  // namespace shopsmart::core::test
