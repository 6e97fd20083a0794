#include "search/popularity_prior.hpp"

#include "core/trending.hpp"
#include "settings.hpp"

#include <cmath>

namespace shopsmart::search {

void PopularityPrior::open() {
    weight_ = settings::search_settings().popularity_weight;
    if (is_on()) {
        ranks_.open({"popularity", "all", core::kWholeShop});
    }
}

float PopularityPrior::factor(int64 product_id) {
    const uint32 rank = is_on() ? ranks_.rank(product_id) : 0;
    return rank == 0 ? 1 : static_cast<float>(1 + weight_ / (1 + std::log2(static_cast<double>(rank))));
}

}  // namespace shopsmart::search
