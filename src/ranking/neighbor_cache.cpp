#include "ranking/neighbor_cache.hpp"

#include <algorithm>

#include "settings.hpp"

namespace shopsmart::ranking {

namespace {
constexpr Size kBytesPerSlot = 128;  // no list that is worth it is smaller; so at most half of the slots fill up
}

Size NeighborCache::entry_bytes(int count) {
    return sizeof(Entry) + MAXALIGN(static_cast<Size>(count) * (sizeof(int64) + sizeof(double) + sizeof(int32)));
}

void NeighborCache::use(Oid table, int64 generation) {
    const Size wanted = static_cast<Size>(settings::session_cache_kb()) * 1024;
    if (table != table_ || generation != generation_ || wanted != capacity_) {
        table_ = table;
        generation_ = generation;
        empty(wanted);
    }
}

void NeighborCache::empty(Size bytes) {
    if (bytes != capacity_ || arena_ == nullptr) {
        // Nothing points at freed memory if an allocation raises.
        capacity_ = 0;
        arena_ = nullptr;
        slots_ = nullptr;
        if (context_ == nullptr) {
            context_ = AllocSetContextCreate(TopMemoryContext, "shopsmart neighbor lists", ALLOCSET_SMALL_SIZES);
        }
        MemoryContextReset(context_);
        if (bytes > 0) {
            slot_count_ = 16;
            while (slot_count_ * kBytesPerSlot < bytes) {
                slot_count_ *= 2;
            }
            auto* slots = static_cast<Size*>(MemoryContextAllocHuge(context_, slot_count_ * sizeof(Size)));
            arena_ = static_cast<char*>(MemoryContextAllocHuge(context_, bytes));
            slots_ = slots;
            capacity_ = bytes;
        }
    }
    if (capacity_ > 0) {
        memset(slots_, 0, slot_count_ * sizeof(Size));
    }
    used_ = 0;
    entries_ = 0;
}

Size* NeighborCache::slot_of(int64 product_id) const {
    Size slot = (static_cast<uint64>(product_id) * UINT64CONST(0x9E3779B97F4A7C15) >> 20) & (slot_count_ - 1);
    while (slots_[slot] != 0 && reinterpret_cast<Entry*>(arena_ + slots_[slot] - 1)->product_id != product_id) {
        slot = (slot + 1) & (slot_count_ - 1);
    }
    return &slots_[slot];
}

bool NeighborCache::find(int64 product_id, int wanted, NeighborList* list) const {
    if (capacity_ == 0) {
        return false;
    }
    const Size offset = *slot_of(product_id);
    if (offset == 0) {
        return false;
    }
    const auto* entry = reinterpret_cast<const Entry*>(arena_ + offset - 1);
    if (entry->count == entry->wanted && wanted > entry->wanted) {
        return false;
    }
    list->count = entry->count;
    list->ids = reinterpret_cast<const int64*>(entry + 1);
    list->scores = reinterpret_cast<const double*>(list->ids + entry->count);
    list->co_counts = reinterpret_cast<const int32*>(list->scores + entry->count);
    return true;
}

void NeighborCache::store(int64 product_id, int wanted, const NeighborList& list) {
    const int count = std::min(list.count, wanted);
    const Size bytes = entry_bytes(count);
    if (bytes > capacity_) {
        return;
    }
    if (used_ + bytes > capacity_ || (entries_ + 1) * 2 > slot_count_) {
        empty(capacity_);
    }
    Size* slot = slot_of(product_id);
    entries_ += *slot == 0 ? 1 : 0;
    *slot = used_ + 1;
    auto* entry = reinterpret_cast<Entry*>(arena_ + used_);
    *entry = {product_id, count, wanted};
    auto* ids = reinterpret_cast<int64*>(entry + 1);
    auto* scores = reinterpret_cast<double*>(ids + count);
    memcpy(ids, list.ids, sizeof(int64) * count);
    memcpy(scores, list.scores, sizeof(double) * count);
    memcpy(scores + count, list.co_counts, sizeof(int32) * count);
    used_ += bytes;
}

}  // namespace shopsmart::ranking
