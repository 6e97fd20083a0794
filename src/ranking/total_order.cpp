#include "ranking/total_order.hpp"

#include <algorithm>

namespace shopsmart::ranking {

namespace {

// Ranks of the head are 1, 2, 3 ...; behind them each list has a span of its own; then ids count down; then the history.
constexpr int64 kListSpan = INT64CONST(1) << 40;
constexpr int64 kNewestBegin = kListSpan * 5;
constexpr int64 kNewestEnd = PG_INT64_MAX - (INT64CONST(1) << 22);

// The highest id first. Ids below 0 or within 2^43 of the largest possible are not told apart.
int64 newest_rank(int64 product_id) { return product_id < 0 ? kNewestEnd : std::max(kNewestEnd - 1 - product_id, kNewestBegin); }

}  // namespace

void TotalOrder::open(const StreamRequest& request) {
    stream_.open(request);
    lists_open_ = false;
    last_.init(request.history.count);
    for (int i = 0; i < request.history.count; i++) {
        last_.add(request.history.events[i].product_id, static_cast<uint32>(i + 1));
    }
    Size count = 0;
    Size room = 64;
    auto* ids = static_cast<int64*>(palloc(sizeof(int64) * room));
    RankedProduct product;
    while (stream_.next_of_head(&product)) {
        ids[count] = product.product_id;
        if (++count == room) {
            room *= 2;
            ids = static_cast<int64*>(repalloc_huge(ids, sizeof(int64) * room));
        }
    }
    stream_.close();
    head_.init(count);
    for (Size i = 0; i < count; i++) {
        head_.add(ids[i], static_cast<uint32>(i + 1));
    }
}

void TotalOrder::open_lists() {
    for (int i = 0; i < kLists; i++) {
        ListName name;
        has_list_[i] = stream_.list_of(kListStages[i], &name);
        if (has_list_[i]) {
            lists_[i].open(name);
        }
    }
    lists_open_ = true;
}

int64 TotalOrder::rank(int64 product_id) {
    if (const uint32 place = last_.rank(product_id); place != 0) {
        return kNewestEnd + place;
    }
    if (const uint32 place = head_.rank(product_id); place != 0) {
        return place;
    }
    if (!lists_open_) {
        open_lists();
    }
    for (int i = 0; i < kLists; i++) {
        if (const uint32 place = has_list_[i] ? lists_[i].rank(product_id) : 0; place != 0) {
            return kListSpan * (i + 1) + place;
        }
    }
    return newest_rank(product_id);
}

}  // namespace shopsmart::ranking
