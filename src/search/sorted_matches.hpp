// Matches in the order of a column of products.
#pragma once

#include "bridge/relations.hpp"
#include "ranking/filter.hpp"
#include "search/matches.hpp"
#include "search/page.hpp"

namespace shopsmart::search {

struct SortedMatch {
    int64 product_id;
    double score;
    const char* key;  // text of the column, nullptr for NULL
};

// The first k matches that may be shown, after that place unless it is nullptr.
int take_sorted(Matches& matches, const bridge::ShopTables& shop, const ranking::ProductPredicate& predicate, Sort sort, const PageEnd* after, int k, SortedMatch* rows);

}  // namespace shopsmart::search
