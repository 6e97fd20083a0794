#include "core/weight_classes.hpp"

#include <algorithm>
#include <cmath>

#include "core/errors.hpp"

namespace shopsmart::core {

namespace {

constexpr double kLargestWhole = 1 << 20;

// Whether every weight is the double nearest to a decimal with that many units to 1.
bool whole_in_units_of(std::span<const double> weights, double per_one) {
    return std::ranges::all_of(weights, [per_one](double weight) {
        const double units = std::round(weight * per_one);
        return units >= 1 && units <= kLargestWhole && units / per_one == weight;
    });
}

}  // namespace

void check_weights(std::span<const EventType> types) {
    for (const auto& type : types)
        if (!std::isfinite(type.weight) || type.weight < 0)
            throw InvalidInput("the weight of an event type must be a finite number of at least 0");
}

WeightClasses::WeightClasses(std::span<const EventType> types) {
    check_weights(types);
    for (const auto& type : types)
        if (type.weight > 0)
            given_weights.push_back(type.weight);
    std::ranges::sort(given_weights);
    given_weights.erase(std::unique(given_weights.begin(), given_weights.end()), given_weights.end());
    if (given_weights.size() >= kNone)
        throw LimitExceeded("more than 254 different weights of event types");

    for (const auto& type : types) {
        const auto at = std::ranges::lower_bound(given_weights, type.weight) - given_weights.begin();
        class_of_type.push_back(type.weight > 0 ? static_cast<std::uint8_t>(at) : kNone);
    }

    weights = given_weights;
    for (const double per_one : {1.0, 10.0, 100.0, 1000.0}) {
        if (!whole_in_units_of(given_weights, per_one))
            continue;
        whole = true;
        for (auto& weight : weights)
            weight = std::round(weight * per_one);
        return;
    }
    int exponent = 0;
    std::frexp(given_weights.back(), &exponent);
    for (auto& weight : weights)
        weight = std::ldexp(weight, -exponent);
}

}  // namespace shopsmart::core
