// What the events of each type are worth, brought into a form that sums exactly where that is possible.
//
// Cosine does not change when all weights are multiplied by one number. So weights like 0.1, 0.5 and 2.5 become the
// whole numbers 1, 5 and 25, whose sums and products need no rounding. Weights for which no such factor is found stay
// doubles, scaled by a power of two so that squares neither overflow nor lose bits.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/model_build.hpp"

namespace shopsmart::core {

struct WeightClasses {
    static constexpr std::uint8_t kNone = 255;  // class of a type of weight 0

    explicit WeightClasses(std::span<const EventType> types);

    std::vector<std::uint8_t> class_of_type;
    std::vector<double> weights;         // by class, ascending, scaled; whole numbers if `whole`
    std::vector<double> given_weights;   // by class, as given
    bool whole = false;
};

// Throws InvalidInput for a weight that is negative, infinite or not a number.
void check_weights(std::span<const EventType> types);

}  // namespace shopsmart::core
