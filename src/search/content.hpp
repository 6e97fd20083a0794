// Products like one product by what the shop says of it: what answers where no users speak for more of them, for a product
// that was added a moment ago.
//
// The product's own name, SKU, brand and category are the query, and the search index gives the products that hold these
// words, best first. So a product is like others from its very insert on, in the caller's snapshot.
#pragma once

#include "ranking/stream.hpp"

namespace shopsmart::search {

// Lets products like the one of a request for similar ones follow its neighbors; leaves other requests as they are. None follow where
// there is no search index, or the caller may not read all that it takes: the index, products and categories as a whole.
void add_content(ranking::StreamRequest& request);

}  // namespace shopsmart::search
