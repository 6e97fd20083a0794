// Matches that may be shown.
#pragma once

#include "ranking/eligibility.hpp"
#include "search/matches.hpp"

namespace shopsmart::search {

// The first k of them. Returns how many there are.
int take_eligible(Matches& matches, const bridge::ShopTables& shop, const ranking::ProductPredicate& predicate, int k, ranking::RankedProduct* rows);

}  // namespace shopsmart::search
