// EASE: the weights between products that foresee each product of a user best from his other products, in closed form
// (Steck: Embarrassingly shallow autoencoders for sparse data, WWW 2019). With X the matrix of interactions, binary,
//
//     P = (XᵀX + lambda I)^-1,    B(i,j) = -P(i,j) / P(j,j)    (i ≠ j)
//
// minimises |X - XB|² + lambda |B|² with zeros on the diagonal of B. B(i,j) is the score of j in the list of i, so that
// a sum over the products of a history is the history's row of XB. A negative score speaks against j. Kept are the
// strongest either way, of pairs with enough common users.
//
// P is dense and costs the third power of the number of products: for some thousand products.
#pragma once

#include "core/event_census.hpp"
#include "core/neighbor_model.hpp"

namespace shopsmart::core {

NeighborCounts build_ease(BuildContext& context, EventCensus& census);

}  // namespace shopsmart::core
