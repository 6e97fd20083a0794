// Neighbor lists that this session read before. The rows of a generation never change, so a list found here is the
// list in the table; another generation (or another table, after DROP and CREATE EXTENSION) empties the cache.
// Rights are checked by the reader at each call, not here.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::ranking {

struct NeighborList {
    const int64* ids;
    const double* scores;
    const int32* co_counts;
    int count;
};

class NeighborCache {
public:
    // Makes the cache speak of this model. No setting changes while a call runs, but between calls it may.
    void use(Oid table, int64 generation);
    // Whether the first `wanted` neighbors of the product are known. The list stays valid until the next store().
    bool find(int64 product_id, int wanted, NeighborList* list) const;
    // Keeps the first `wanted` neighbors; an empty list is worth keeping too.
    void store(int64 product_id, int wanted, const NeighborList& list);

private:
    // A list in memory: this header, then ids, scores and co_counts.
    struct Entry {
        int64 product_id;
        int32 count;
        int32 wanted;  // the list is complete, or it was cut to this many
    };

    void empty(Size bytes);
    Size* slot_of(int64 product_id) const;
    static Size entry_bytes(int count);

    MemoryContext context_ = nullptr;
    Oid table_ = InvalidOid;
    int64 generation_ = 0;
    Size capacity_ = 0;      // bytes of the arena; 0: switched off
    Size used_ = 0;
    char* arena_ = nullptr;
    Size* slots_ = nullptr;  // offset of the entry + 1, 0 when free
    Size slot_count_ = 0;    // a power of two
    Size entries_ = 0;
};

}  // namespace shopsmart::ranking
