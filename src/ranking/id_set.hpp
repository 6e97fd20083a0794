// A growing set of product ids in the current memory context. Trivially destructible: the context frees it.
#pragma once

#include "bridge/pg.hpp"

#include <type_traits>

namespace shopsmart::ranking {

class IdSet {
public:
    void init(int expected) {
        capacity_ = 16;
        while (capacity_ < static_cast<Size>(expected) * 2) {
            capacity_ *= 2;
        }
        ids_ = allocate(capacity_);
        size_ = 0;
        has_marker_ = false;
    }

    // Whether the id is new.
    bool insert(int64 id) {
        if (id == kFree) {
            bool fresh = !has_marker_;
            has_marker_ = true;
            return fresh;
        }
        if ((size_ + 1) * 2 > capacity_) {
            grow();
        }
        int64* place = find(id);
        if (*place == id) {
            return false;
        }
        *place = id;
        size_++;
        return true;
    }

    bool contains(int64 id) const { return id == kFree ? has_marker_ : *find(id) == id; }
    Size size() const { return size_ + (has_marker_ ? 1 : 0); }

private:
    static constexpr int64 kFree = PG_INT64_MIN;

    static int64* allocate(Size capacity) {
        auto* ids = static_cast<int64*>(MemoryContextAllocHuge(CurrentMemoryContext, capacity * sizeof(int64)));
        for (Size i = 0; i < capacity; i++) {
            ids[i] = kFree;
        }
        return ids;
    }

    int64* find(int64 id) const {
        Size slot = (static_cast<uint64>(id) * UINT64CONST(0x9E3779B97F4A7C15) >> 20) & (capacity_ - 1);
        while (ids_[slot] != kFree && ids_[slot] != id) {
            slot = (slot + 1) & (capacity_ - 1);
        }
        return &ids_[slot];
    }

    void grow() {
        int64* old = ids_;
        const Size old_capacity = capacity_;
        capacity_ *= 2;
        ids_ = allocate(capacity_);
        for (Size i = 0; i < old_capacity; i++) {
            if (old[i] != kFree) {
                *find(old[i]) = old[i];
            }
        }
        pfree(old);
    }

    int64* ids_;
    Size capacity_;
    Size size_;
    bool has_marker_;
};

static_assert(std::is_trivially_destructible_v<IdSet>);

}  // namespace shopsmart::ranking
