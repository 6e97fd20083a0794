// Sums of non-negative numbers that do not depend on the order of the summands.
#pragma once

#include <cmath>

namespace shopsmart::core {

// A sum in units of a WeightGrid.
__extension__ typedef __int128 ExactSum;

// Lays a grid over the numbers from 0 to some largest weight: 2^-88 of the largest, so that 2^38 summands fit and a
// summand keeps 12 decimal digits down to 2^-48 of the largest. A positive number never becomes 0.
class WeightGrid {
public:
    explicit WeightGrid(double largest) { std::frexp(largest, &exponent_); }

    ExactSum units(double value) const {
        if (!(value > 0))
            return 0;
        const double scaled = std::nearbyint(std::ldexp(value, kBits - exponent_));
        return scaled < 1 ? 1 : static_cast<ExactSum>(scaled);
    }
    double value(ExactSum sum) const { return std::ldexp(static_cast<double>(sum), exponent_ - kBits); }

private:
    static constexpr int kBits = 88;
    int exponent_ = 0;
};

}  // namespace shopsmart::core
