// The stream as a number for each product: rank(a) < rank(b) where the stream yields a before b. No two products share
// a rank, so that sorting by it and walking the stream give the same rows in the same order.
//
// Products that the stream leaves out come last. The rank of a product follows from its id alone, without a look at the
// product: nobody learns from a rank whether a product exists.
#pragma once

#include "ranking/list_ranks.hpp"
#include "ranking/rank_map.hpp"
#include "ranking/stream.hpp"

namespace shopsmart::ranking {

class TotalOrder {
public:
    // The request lives as long as the order, and leaves nothing out but its history.
    void open(const StreamRequest& request);
    int64 rank(int64 product_id);

private:
    static constexpr Stage kListStages[] = {Stage::category_trending, Stage::global_trending, Stage::popular};
    static constexpr int kLists = 3;

    void open_lists();

    Stream stream_;
    RankMap head_;
    RankMap last_;
    bool lists_open_;
    bool has_list_[kLists];
    ListRanks lists_[kLists];
};

}  // namespace shopsmart::ranking
