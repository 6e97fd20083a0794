// iALS: factors of users and products (Hu, Koren, Volinsky: Collaborative filtering for implicit feedback datasets, ICDM
// 2008), with regularization by frequency (Rendle, Krichene, Zhang, Koren: Revisiting the performance of iALS on item
// recommendation benchmarks, RecSys 2022). Over all x(u), y(i) of F numbers each it makes small
//
//     Σ_{u has i} (1 - x(u)·y(i))² + a Σ_{u,i} (x(u)·y(i))² + Σ_u r(n(u), P) |x(u)|² + Σ_i r(n(i), N) |y(i)|²
//     r(n, others) = l (n + a others)
//
// where n(u), n(i) count the interactions, P products and N users. With all y given each x(u) is the solution of F
// linear equations, and the other way around: iterations solve for all users, then for all products.
//
//     (Σ_{i of u} y(i) y(i)ᵀ + a YᵀY + r(n(u), P) I) x(u) = Σ_{i of u} y(i)
//
// A user whose whole history is product i is solved for in the same way; x·y(j) is the score of j in the list of i, which may
// be negative. Only pairs with enough common users have one.
#pragma once

#include "core/event_census.hpp"
#include "core/neighbor_model.hpp"

namespace shopsmart::core {

NeighborCounts build_ials(BuildContext& context, EventCensus& census);

}  // namespace shopsmart::core
