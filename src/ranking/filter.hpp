// The jsonb filter of all read functions, compiled to a parameterised predicate on the products table.
#pragma once

#include "bridge/query.hpp"
#include "bridge/relations.hpp"
#include "ranking/id_set.hpp"

namespace shopsmart::ranking {

struct ProductPredicate {
    const char* sql;                // " AND p.brand OPERATOR(pg_catalog.=) $2 ..." without the categories, may be empty
    const char* category_sql;       // the same for the categories
    const IdSet* categories;        // the wanted ones with their descendants, nullptr: any
    bridge::Parameters parameters;  // $1 is left for the reader of the predicate, which sets values[0]

    bool passes_all() const { return sql[0] == '\0' && categories == nullptr; }
};

// filter may be NULL. category_id restricts to a category and its descendants when has_category.
// Parameters go on behind those in `before`, for a query with several predicates.
// Raises 22023 naming the key for whatever is not a filter.
ProductPredicate compile_filter(const bridge::ShopTables& shop, Jsonb* filter, bool has_category, int64 category_id, const bridge::Parameters* before = nullptr);

// Also leaves out what another filter lets through. The parameters of both must fit into one query.
void leave_out(const bridge::ShopTables& shop, Jsonb* filter, ProductPredicate* predicate);
// Also leaves out products whose name or brand matches a regular expression, whatever the case of letters.
void leave_out_named(const char* expression, ProductPredicate* predicate);

}  // namespace shopsmart::ranking
