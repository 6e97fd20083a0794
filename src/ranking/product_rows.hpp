// Columns of many products, of those that the caller's snapshot holds and a predicate lets through, in no order.
#pragma once

#include "bridge/row_expressions.hpp"
#include "ranking/filter.hpp"
#include "ranking/product_reader.hpp"

namespace shopsmart::ranking {

class ProductRows {
public:
    // columns: SQL expressions on p, with the predicate's parameters. The ids must live as long as the rows.
    void open(const bridge::ShopTables& shop, const int64* ids, int count, const char* columns, const ProductPredicate& predicate);
    bool next();
    // Of the row that next() found, until the next one.
    const Datum* values() const { return values_; }
    const bool* nulls() const { return nulls_; }
    TupleDesc description() const { return description_; }
    void close();

private:
    void open_query(const char* select, bridge::Parameters parameters);

    bool is_direct_;       // else a query has told all rows
    const int64* ids_;
    uint64 count_;
    uint64 place_;         // of the next id, or the next row of the query
    ProductReader reader_;
    bridge::RowExpressions expressions_;
    TupleDesc description_;
    Datum* values_;
    bool* nulls_;
};

}  // namespace shopsmart::ranking
