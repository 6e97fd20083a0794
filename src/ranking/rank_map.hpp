// From product id to a rank above 0. Trivially destructible: its memory context frees it.
#pragma once

#include "bridge/pg.hpp"

#include <type_traits>

namespace shopsmart::ranking {

class RankMap {
public:
    // Room for so many products, in the current memory context.
    void init(Size most) {
        capacity_ = 16;
        while (capacity_ < most + most / 2) {
            capacity_ *= 2;
        }
        ids_ = static_cast<int64*>(MemoryContextAllocHuge(CurrentMemoryContext, capacity_ * sizeof(int64)));
        ranks_ = static_cast<uint32*>(MemoryContextAllocExtended(CurrentMemoryContext, capacity_ * sizeof(uint32), MCXT_ALLOC_HUGE | MCXT_ALLOC_ZERO));
    }

    // The first rank of a product stays.
    void add(int64 product_id, uint32 rank) {
        const Size slot = find(product_id);
        if (ranks_[slot] == 0) {
            ids_[slot] = product_id;
            ranks_[slot] = rank;
        }
    }

    // 0: none.
    uint32 rank(int64 product_id) const { return ranks_[find(product_id)]; }

private:
    Size find(int64 product_id) const {
        Size slot = (static_cast<uint64>(product_id) * UINT64CONST(0x9E3779B97F4A7C15) >> 20) & (capacity_ - 1);
        while (ranks_[slot] != 0 && ids_[slot] != product_id) {
            slot = (slot + 1) & (capacity_ - 1);
        }
        return slot;
    }

    int64* ids_;
    uint32* ranks_;
    Size capacity_;
};

static_assert(std::is_trivially_destructible_v<RankMap>);

}  // namespace shopsmart::ranking
