// shopsmart.search_changes: the words of products whose text changed since the index was rebuilt, by transactions as
// everything else. Rows are only added (and deleted by a rebuild), so that writers never wait; the last row of a product
// counts. A product that is deleted needs no row: it is looked up before it is shown.
#pragma once

#include "bridge/index_cursor.hpp"
#include "search/terms.hpp"

namespace shopsmart::search {

// Adds a row. Asks for no rights of the caller, as an index does not when its table is written.
void note_change(int64 product_id, const Terms& terms);

struct ChangedProduct {
    int64 product_id;
    int64 change_id;
    const core::Occurrence* occurrences;  // by term of the query; 0 where the product lacks it
};

class Changes {
public:
    void open();
    bool any() const { return any_; }
    // Products with a row that holds one of the terms, in no order; each row by itself. Sets `rows`.
    int find(const Terms& terms, ChangedProduct** rows);
    // The last row of the product that the caller's snapshot sees, 0 for none.
    int64 last_change(int64 product_id);
    void close();

private:
    bool any_;
    bridge::IndexCursor cursor_;
};

}  // namespace shopsmart::search
