#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

#include "core/errors.hpp"
#include "core/exact_sum.hpp"
#include "core/half_life.hpp"
#include "core/weight_classes.hpp"

namespace shopsmart::core::test {
namespace {

std::vector<EventType> types_of(std::initializer_list<double> weights) {
    std::vector<EventType> types;
    for (const double weight : weights)
        types.push_back({weight, false});
    return types;
}

TEST(WeightClasses, DecimalsBecomeWholeNumbers) {
    const WeightClasses whole(types_of({5, 1, 0, 3, 1}));
    EXPECT_TRUE(whole.whole);
    EXPECT_EQ(whole.weights, (std::vector<double>{1, 3, 5}));
    EXPECT_EQ(whole.class_of_type, (std::vector<std::uint8_t>{2, 0, WeightClasses::kNone, 1, 0}));

    EXPECT_EQ(WeightClasses(types_of({0.1, 2.5})).weights, (std::vector<double>{1, 25}));
    EXPECT_EQ(WeightClasses(types_of({0.7, 1.1, 0.07})).weights, (std::vector<double>{7, 70, 110}));
    EXPECT_EQ(WeightClasses(types_of({0.001, 1})).weights, (std::vector<double>{1, 1000}));
    EXPECT_TRUE(WeightClasses(types_of({})).whole);
    EXPECT_TRUE(WeightClasses(types_of({0})).weights.empty());
}

TEST(WeightClasses, OtherWeightsStayInProportion) {
    const WeightClasses odd(types_of({1.0 / 3, 1e18}));
    EXPECT_FALSE(odd.whole);
    EXPECT_EQ(odd.weights[0] / odd.weights[1], 1.0 / 3 / 1e18);
    EXPECT_LE(odd.weights[1], 1);
    EXPECT_FALSE(WeightClasses(types_of({1, 2'000'000})).whole);
}

TEST(WeightClasses, RefusesImpossibleWeights) {
    for (const double weight : {-1.0, -1e-300, std::numeric_limits<double>::infinity(), std::numeric_limits<double>::quiet_NaN()})
        EXPECT_THROW(WeightClasses(types_of({1, weight})), InvalidInput) << weight;
    std::vector<EventType> many;
    for (int at = 1; at <= 255; ++at)
        many.push_back({static_cast<double>(at), false});
    EXPECT_THROW(WeightClasses{many}, LimitExceeded);
    many.pop_back();
    EXPECT_EQ(WeightClasses(many).weights.size(), 254U);
}

TEST(WeightGrid, SumsDoNotDependOnTheOrder) {
    std::mt19937_64 random(3);
    std::vector<double> values;
    for (int at = 0; at < 10'000; ++at)
        values.push_back(std::ldexp(static_cast<double>(random() >> 11), -53 - static_cast<int>(random() % 30)));
    const WeightGrid grid(1);
    ExactSum forwards = 0;
    ExactSum backwards = 0;
    long double reference = 0;
    for (std::size_t at = 0; at < values.size(); ++at) {
        forwards += grid.units(values[at]);
        backwards += grid.units(values[values.size() - 1 - at]);
        reference += values[at];
    }
    EXPECT_TRUE(forwards == backwards);
    EXPECT_NEAR(grid.value(forwards), static_cast<double>(reference), 1e-13 * static_cast<double>(reference));
}

TEST(WeightGrid, TenTenthsAreOne) {
    const WeightGrid grid(0.1);
    EXPECT_EQ(grid.value(10 * grid.units(0.1)), 1.0);
    EXPECT_TRUE(grid.units(0) == 0);
    EXPECT_TRUE(grid.units(1e-300) == 1);
    EXPECT_EQ(WeightGrid(1e300).value(WeightGrid(1e300).units(1e300)), 1e300);
    EXPECT_EQ(WeightGrid(5e-324).value(WeightGrid(5e-324).units(5e-324)), 5e-324);
}

TEST(HalfLife, IsCloseToTheExactPower) {
    std::mt19937_64 random(4);
    for (const std::int64_t half_life : {std::int64_t{1}, std::int64_t{3}, std::int64_t{21'600'000'000}, INT64_MAX}) {
        const HalfLife decay(half_life);
        EXPECT_EQ(decay.decay(0), 1);
        for (int round = 0; round < 20'000; ++round) {
            const auto age = static_cast<std::int64_t>(random() >> (1 + random() % 60));
            const long double halvings = static_cast<long double>(age) / static_cast<long double>(half_life);
            if (halvings > 900)
                continue;
            const auto exact = static_cast<double>(std::exp2(-halvings));
            ASSERT_NEAR(decay.decay(age), exact, 1e-15 * exact) << age << " of " << half_life;
        }
    }
    EXPECT_EQ(HalfLife(1000).decay(1000), 0.5);
    EXPECT_EQ(HalfLife(1000).decay(10'000), 0x1p-10);
    EXPECT_EQ(HalfLife(1).decay(INT64_MAX), 0);
}

TEST(HalfLife, NeverRises) {
    const HalfLife decay(1'000'003);
    double before = 2;
    for (std::int64_t age = 0; age < 5'000'000; age += 37) {
        ASSERT_LE(decay.decay(age), before);
        before = decay.decay(age);
    }
}

// Bits that any machine must reproduce.
TEST(HalfLife, HasTheSameBitsEverywhere) {
    EXPECT_EQ(HalfLife(3).decay(1), 0x1.965fea53d6e3dp-1);
    EXPECT_EQ(HalfLife(21'600'000'000).decay(12'345'678'901), 0x1.5884eda9fb1ffp-1);
}

}  // namespace
}  // namespace shopsmart::core::test
