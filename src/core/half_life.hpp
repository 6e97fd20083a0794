// Decay by half-lives, with the same bits on every machine.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>

namespace shopsmart::core {

// 2^(-age / half_life). Libraries differ in the last bit of exp2, so this uses plain multiplications and additions
// only: whole half-lives by scaling, the rest from a table of 1024 steps and a short series. Error below 1e-15.
class HalfLife {
public:
    explicit HalfLife(std::int64_t half_life) : half_life_(half_life) {
        for (std::size_t step = 0; step < kSteps; ++step)
            table_[step] = series(-kLn2 * static_cast<double>(step) / kSteps, 22);
    }

    // age >= 0
    double decay(std::int64_t age) const {
        const std::int64_t whole = age / half_life_;
        if (whole > kVanished)
            return 0;
        const double rest = static_cast<double>(age % half_life_) / static_cast<double>(half_life_) * kSteps;
        const auto step = static_cast<std::size_t>(rest);
        const std::size_t entry = step < kSteps ? step : kSteps - 1;
        const double fine = series(-kLn2 / kSteps * (rest - static_cast<double>(entry)), 5);
        return std::ldexp(table_[entry] * fine, -static_cast<int>(whole));
    }

    // What one unit of age leaves.
    static double decay_of_one(std::int64_t half_life) { return series(-kLn2 / static_cast<double>(half_life), 22); }

private:
    static constexpr std::size_t kSteps = 1024;
    static constexpr std::int64_t kVanished = 1000;
    static constexpr double kLn2 = 0x1.62e42fefa39efp-1;

    // Taylor series of e^x by Horner's rule.
    static double series(double x, int terms) {
        double sum = 1;
        for (int term = terms; term > 0; --term)
            sum = 1 + sum * x / term;
        return sum;
    }

    std::int64_t half_life_;
    std::array<double, kSteps> table_{};
};

// 2^(-steps / half_life) for one step after the other, without a table; a half-life of 0 is none. Whole half-lives are exact.
class SteppedDecay {
public:
    explicit SteppedDecay(int half_life) : half_life_(half_life), of_one_(half_life == 0 ? 1 : HalfLife::decay_of_one(half_life)) {}

    double value() const { return value_; }
    void step() {
        if (half_life_ == 0)
            return;
        value_ *= of_one_;
        if (++steps_ == half_life_) {
            whole_ /= 2;
            value_ = whole_;
            steps_ = 0;
        }
    }

private:
    int half_life_;
    double of_one_;
    int steps_ = 0;     // since the last whole half-life
    double whole_ = 1;  // the value then
    double value_ = 1;
};

}  // namespace shopsmart::core
