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

}  // namespace shopsmart::core
