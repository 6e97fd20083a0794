// Products like one product by what the shop says of it: what answers where no users speak for more of them, for a product
// that was added a moment ago.
//
// The product's own name, SKU, brand and category are the query, and the search index gives the products that hold these
// words, best first. So a product is like others from its very insert on, in the caller's snapshot.
#pragma once

#include "ranking/stream.hpp"

namespace shopsmart::search {

// Lets products like the one product of the request follow those of its neighbors. Nothing follows where there is no search index
// that the caller may read, or he may not read products and categories, which neighbors do not need.
void add_content(ranking::StreamRequest& request);

}  // namespace shopsmart::search
