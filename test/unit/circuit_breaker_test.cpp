#include "core/circuit_breaker.hpp"

#include <gtest/gtest.h>

namespace shopsmart::core {
namespace {

constexpr std::int64_t kSecond = 1'000'000;

CircuitBreaker opened_at(std::int64_t now) {
    CircuitBreaker breaker;
    for (int i = 0; i < CircuitBreaker::kMostFailures; ++i) {
        EXPECT_TRUE(breaker.admits(now));
        breaker.note_failure(now);
    }
    return breaker;
}

TEST(CircuitBreaker, OpensAtTheFifthFailureInARow) {
    CircuitBreaker breaker;
    for (int i = 0; i < 4; ++i)
        breaker.note_failure(0);
    EXPECT_EQ(breaker.state(), CircuitBreaker::State::closed);
    breaker.note_success();
    for (int i = 0; i < 4; ++i)
        breaker.note_failure(0);
    EXPECT_TRUE(breaker.admits(0));
    breaker.note_failure(0);
    EXPECT_EQ(breaker.state(), CircuitBreaker::State::open);
    EXPECT_FALSE(breaker.admits(0));
    EXPECT_FALSE(breaker.admits(5 * kSecond - 1));
}

TEST(CircuitBreaker, AdmitsOneTrialEveryFiveSeconds) {
    CircuitBreaker breaker = opened_at(100 * kSecond);
    int trials = 0;
    for (std::int64_t now = 100 * kSecond; now < 160 * kSecond; now += kSecond / 10)
        trials += breaker.admits(now) ? 1 : 0;
    EXPECT_EQ(trials, 11);
}

TEST(CircuitBreaker, AFailedTrialStartsThePauseAnew) {
    CircuitBreaker breaker = opened_at(0);
    EXPECT_TRUE(breaker.admits(5 * kSecond));
    breaker.note_failure(5 * kSecond + 100'000);
    EXPECT_FALSE(breaker.admits(10 * kSecond));
    EXPECT_TRUE(breaker.admits(10 * kSecond + 100'000));
    EXPECT_EQ(breaker.failures(), CircuitBreaker::kMostFailures);
}

TEST(CircuitBreaker, ClosesWithASuccess) {
    CircuitBreaker breaker = opened_at(0);
    EXPECT_TRUE(breaker.admits(5 * kSecond));
    breaker.note_success();
    EXPECT_EQ(breaker.state(), CircuitBreaker::State::closed);
    EXPECT_TRUE(breaker.admits(5 * kSecond));
    EXPECT_TRUE(breaker.admits(5 * kSecond));
}

TEST(CircuitBreaker, AClockSetBackDoesNotKeepItOpen) {
    CircuitBreaker breaker = opened_at(1000 * kSecond);
    EXPECT_TRUE(breaker.admits(10 * kSecond));
    EXPECT_FALSE(breaker.admits(11 * kSecond));
    EXPECT_TRUE(breaker.admits(15 * kSecond));
}

}  // namespace
}  // namespace shopsmart::core
