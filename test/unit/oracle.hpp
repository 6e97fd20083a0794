// The definitions of docs/internals.md, word for word, with maps and full sorts. Slow and obvious.
#pragma once

#include <vector>

#include "core/model_build.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {

Models expected_models(const std::vector<Event>& events, const ModelOptions& options);

// The lists differ by no more than rounding: same products, counts and scores within a relative 1e-12, and each list
// in the order of its own scores.
void expect_close(const std::vector<NeighborList>& actual, const std::vector<NeighborList>& expected);

}  // namespace shopsmart::core::test
