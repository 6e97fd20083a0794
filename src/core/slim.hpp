// SLIM: for each product, the few other products that foretell it, and by how much (Ning, Karypis: SLIM: Sparse linear
// methods for top-n recommender systems, ICDM 2011). With x(j) the column of product j in the binary matrix of
// interactions, the weights W(.,j) minimise
//
//     1/2 |x(j) - Σ_i W(i,j) x(i)|² + l2/2 Σ_i W(i,j)² + l1 Σ_i W(i,j),    W(i,j) ≥ 0, W(j,j) = 0
//
// where i runs over the candidates of j: the products with the largest cosine of users (as in fsSLIM of that paper). W(i,j) is
// the score of j in the list of i.
//
// Each product is a small problem of its own: memory goes with the interactions, not with pairs of products.
#pragma once

#include "core/event_census.hpp"
#include "core/neighbor_model.hpp"

namespace shopsmart::core {

NeighborCounts build_slim(BuildContext& context, EventCensus& census);

}  // namespace shopsmart::core
