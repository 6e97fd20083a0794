// The loop that everybody writes first: for each product, for each of its users, for each product of that user, add
// to a table and remember the place; then sort. The yardstick for sparse logs.
#pragma once

#include <cstddef>

#include "event_file.hpp"

namespace shopsmart::bench {

// Returns the number of pairs kept.
std::size_t naive_neighbors(const EventFile& file, std::size_t kept, std::size_t min_co_count, unsigned threads);

}  // namespace shopsmart::bench
