// The values of a facet, made of the counts of a column.
#pragma once

#include "bridge/relations.hpp"
#include "search/value_counts.hpp"

namespace shopsmart::search {

struct Facet {
    enum class Kind { brand, category, price, rating, attribute };

    const char* name;
    Kind kind;
    const char* attribute;  // nullptr of another kind
};

struct FacetValue {
    Datum value;            // text
    int64 products;
    Jsonb* adds;            // to the filter, to find these products
};

// Brands, categories and values of attributes: the k with most products, in this order. Returns how many there are.
int facet_values(const bridge::ShopTables& shop, const Facet& facet, const ValueCounts& counts, int k, FacetValue** values);

}  // namespace shopsmart::search
