// Reads single products by id, directly through the primary key or at the place where the session last saw them.
//
// A remembered place is a hint, never an answer: the row there counts only if the caller's snapshot sees it and it has
// the id. Since the id is unique, it is then the row that the index would have led to.
#pragma once

#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"

namespace shopsmart::ranking {

class ProductReader {
public:
    // Whether the caller may read the table without SQL and the index for it exists; opens it then.
    bool open(Oid products);
    // Whether the caller's snapshot holds the product; is_active() and category() then speak of it.
    bool fetch(int64 product_id);
    bool is_active();
    // The whole row, until the next fetch().
    TupleTableSlot* row() const { return current_; }
    Relation table() const { return table_; }
    // The category, and whether it has one.
    bool category(int64* category_id);
    void close();

private:
    bool fetch_at_hint(int64 product_id);
    bool fetch_by_key(int64 product_id);

    Relation table_;
    Oid index_;
    BlockNumber blocks_;
    IndexFetchTableData* places_;
    TupleTableSlot* hinted_;   // the row found at a hint
    TupleTableSlot* current_;
    bridge::IndexCursor cursor_;
    bool cursor_open_;
    AttrNumber product_id_;
    AttrNumber is_active_;
};

// Whether the caller can see that product in the shop, active or not.
bool product_exists(const bridge::ShopTables& shop, int64 product_id);

}  // namespace shopsmart::ranking
