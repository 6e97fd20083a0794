#include "ranking/neighbor_cache.hpp"

#include <algorithm>

#include "settings.hpp"

namespace shopsmart::ranking {

void NeighborCache::use(Oid table, int64 generation, int limit) {
    const Size bytes = static_cast<Size>(settings::session_cache_kb()) * 1024;
    if (bytes != bytes_ || limit != limit_) {
        limit_ = limit;
        allocate(bytes);
    } else if (table == table_ && generation == generation_) {
        return;
    }
    table_ = table;
    generation_ = generation;
    empty();
}

void NeighborCache::allocate(Size bytes) {
    // Switched off while an allocation may raise.
    sets_ = 0;
    bytes_ = 0;
    if (context_ == nullptr) {
        context_ = AllocSetContextCreate(TopMemoryContext, "shopsmart neighbor lists", ALLOCSET_SMALL_SIZES);
    }
    MemoryContextReset(context_);
    const Size entry_bytes = static_cast<Size>(limit_) * (sizeof(int64) + sizeof(double));
    Size sets = 1;
    while (sets * 2 * kWays * (sizeof(Tag) + entry_bytes) <= bytes) {
        sets *= 2;
    }
    if (sets * kWays * (sizeof(Tag) + entry_bytes) <= bytes) {
        tags_ = static_cast<Tag*>(MemoryContextAllocHuge(context_, sets * kWays * sizeof(Tag)));
        // Not cleared: the system gives memory page by page, as lists come in.
        entries_ = static_cast<char*>(MemoryContextAllocHuge(context_, sets * kWays * entry_bytes));
        sets_ = sets;
    }
    bytes_ = bytes;
}

void NeighborCache::empty() {
    if (sets_ > 0) {
        memset(tags_, 0, sets_ * kWays * sizeof(Tag));
    }
    clock_ = 0;
}

NeighborCache::Tag* NeighborCache::set_of(int64 product_id) const {
    return tags_ + ((static_cast<uint64>(product_id) * UINT64CONST(0x9E3779B97F4A7C15) >> 20) & (sets_ - 1)) * kWays;
}

char* NeighborCache::entry_of(const Tag* tag) const {
    return entries_ + static_cast<Size>(tag - tags_) * static_cast<Size>(limit_) * (sizeof(int64) + sizeof(double));
}

bool NeighborCache::find(int64 product_id, NeighborList* list) {
    if (sets_ == 0) {
        return false;
    }
    Tag* set = set_of(product_id);
    Tag* tag = std::find_if(set, set + kWays, [&](const Tag& t) { return t.last_use != 0 && t.product_id == product_id; });
    if (tag == set + kWays) {
        return false;
    }
    clock_ += clock_ < PG_UINT32_MAX ? 1 : 0;
    tag->last_use = clock_;
    const char* entry = entry_of(tag);
    list->ids = reinterpret_cast<const int64*>(entry);
    list->scores = reinterpret_cast<const double*>(entry + sizeof(int64) * limit_);
    list->co_counts = nullptr;
    list->count = tag->count;
    return true;
}

void NeighborCache::store(int64 product_id, const NeighborList& list) {
    if (sets_ == 0) {
        return;
    }
    if (clock_ == PG_UINT32_MAX) {
        empty();
    }
    Tag* set = set_of(product_id);
    Tag* tag = std::min_element(set, set + kWays, [](const Tag& a, const Tag& b) { return a.last_use < b.last_use; });
    const int count = std::min(list.count, limit_);
    *tag = {product_id, ++clock_, count};
    char* entry = entry_of(tag);
    if (count > 0) {
        memcpy(entry, list.ids, sizeof(int64) * count);
        memcpy(entry + sizeof(int64) * limit_, list.scores, sizeof(double) * count);
    }
}

}  // namespace shopsmart::ranking
