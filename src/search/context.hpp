// How well a word goes with the other words of a query, by the products of the catalog.
//
//     support(c) = sum over products that hold c  occurrence score(c) · (share² + 0.001)
//     share      = rarity of the other words that the product holds / rarity of all of them
//
// Without other words it is how frequent the word is: share counts as 1.
#pragma once

#include "search/posting_lists.hpp"

namespace shopsmart::search {

class Context {
public:
    static constexpr int kMostWords = 8;
    static constexpr int kNone = -1;

    void open(const Index& index);
    void close() { lists_.close(); }

    // Puts a word among the others; returns its place there, kNone when no product holds it or there are too many.
    int add(const Terms& word);
    void remove(int place, const Terms& word);
    // The places that are taken, a bit for each.
    unsigned taken() const { return taken_; }
    // With those of the others that have their bit set.
    double support(const Terms& word, unsigned others);
    int64 products_with(const Terms& word);

private:
    void weigh(unsigned others);

    const Index* index_;
    PostingLists lists_;
    core::OccurrenceScore* occurrence_score_;
    uint8* held_;                     // by product of the index: the places of words that it holds; nullptr: none
    unsigned taken_;
    float rarities_[kMostWords];
    float weights_[1 << kMostWords];  // share² + 0.001 by what a product holds
    unsigned weighed_;                // the others that weights_ are for
};

}  // namespace shopsmart::search
