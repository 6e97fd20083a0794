// What two products have in common by what the shop says of them.
#pragma once

#include "bridge/relations.hpp"
#include "search/index.hpp"
#include "search/terms.hpp"

namespace shopsmart::search {

struct DescribedProduct {
    ProductText text;
    bool has_category;
    int64 category_id;

    // With the caller's rights; false when he cannot see the product.
    bool read(const bridge::ShopTables& shop, int64 product_id);
};

class Likeness {
public:
    void open(const bridge::ShopTables& shop, int64 product_id);
    // What both have in common, in the current memory context:
    // {"category": "Headphones", "brand": "Sony", "words": ["sony", "wireless"]}, without what they do not have in common. The words are
    // those of the first one's name, brand and category that the other's text holds in any form.
    Jsonb* with(int64 product_id) const;

private:
    struct Word {
        const char* written;
        const char* stem;
    };

    bridge::ShopTables shop_;
    Index index_;
    DescribedProduct product_;
    Word* words_;  // each stem once
    int word_count_;
};

}  // namespace shopsmart::search
