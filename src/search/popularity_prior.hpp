// What sells counts a little more: the score of a text is multiplied by 1 + weight / (1 + log2 of the product's rank).
#pragma once

#include "ranking/list_ranks.hpp"

namespace shopsmart::search {

class PopularityPrior {
public:
    void open();
    bool is_on() const { return weight_ > 0; }
    // 1 for a product that is not in the list of popular ones, which the rebuild of the models makes.
    float factor(int64 product_id);

private:
    ranking::ListRanks ranks_;
    double weight_;
};

}  // namespace shopsmart::search
