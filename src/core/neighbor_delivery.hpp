// Hands the lists of a model to the sink.
#pragma once

#include "core/event_census.hpp"
#include "core/neighbor_lists.hpp"

namespace shopsmart::core {

// Sorts the lists and hands them over in ascending product id. ranks: of each list the rank of its product. Returns the
// number of pairs.
std::uint64_t deliver(BuildContext& context, const EventCensus& census, Model model,
                      std::span<const std::uint32_t> ranks, NeighborLists& lists);
// Memory that it needs on top of the lists.
std::size_t delivery_bytes(std::size_t lists, std::size_t kept);

}  // namespace shopsmart::core
