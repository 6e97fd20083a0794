#include "search/eligible_matches.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

constexpr int kLargestBatch = 1024;

}  // namespace

int take_eligible(Matches& matches, const bridge::ShopTables& shop, const ranking::ProductPredicate& predicate, int k, ranking::RankedProduct* rows) {
    ranking::Eligibility eligibility;
    eligibility.open(shop, predicate, nullptr, 0);
    auto* batch = static_cast<ranking::RankedProduct*>(palloc0(sizeof(ranking::RankedProduct) * kLargestBatch));
    auto* passes = static_cast<bool*>(palloc(sizeof(bool) * kLargestBatch));
    int taken = 0;
    bool restricted = false;
    while (taken < k && !eligibility.is_exhausted()) {
        const int wanted = std::min(eligibility.next_batch(k - taken), kLargestBatch);
        int count = 0;
        Match match;
        while (count < wanted && matches.next(&match)) {
            batch[count].product_id = match.product_id;
            batch[count++].score = match.score;
        }
        if (count == 0) {
            break;
        }
        eligibility.check(batch, count, k - taken, passes);
        for (int i = 0; i < count && taken < k; i++) {
            if (passes[i]) {
                rows[taken++] = batch[i];
            }
        }
        if (!restricted && eligibility.known() != nullptr) {
            matches.restrict_to(eligibility.known());
            restricted = true;
        }
    }
    eligibility.close();
    return taken;
}

}  // namespace shopsmart::search
