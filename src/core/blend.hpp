// Two similarities in one model: what one of them misses the other may see, and where both agree the score is highest.
//
//     s(i,j) = (1 - share) s1(i,j) / m1  +  share s2(i,j) / m2
//
// where m is what the scores of a product's list add up to in that part, on average over the lists: kinds of similarity
// differ by orders of magnitude. A pair that only one list holds counts 0 in the other.
#pragma once

#include "core/event_census.hpp"
#include "core/neighbor_model.hpp"

namespace shopsmart::core {

// build_lists: computes the lists of context.similarity and hands them to context.neighbor_sink.
NeighborCounts build_blend(BuildContext& context, EventCensus& census, NeighborCounts (*build_lists)(BuildContext&, EventCensus&));

}  // namespace shopsmart::core
