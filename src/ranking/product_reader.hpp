// Reads single products by id, directly through the primary key.
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
    // The category, and whether it has one.
    bool category(int64* category_id);
    void close();

private:
    bridge::IndexCursor cursor_;
    AttrNumber is_active_;
    AttrNumber category_id_;
};

// Whether the caller can see that product in the shop, active or not.
bool product_exists(const bridge::ShopTables& shop, int64 product_id);

}  // namespace shopsmart::ranking
