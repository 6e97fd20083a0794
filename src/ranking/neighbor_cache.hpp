// The scored part of neighbor lists that this session read before. The rows of a generation never change, so a list found
// here is the list in the table; another generation (or another table, after DROP and CREATE EXTENSION) empties the cache.
// Rights are checked by the reader at each call, not here.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::ranking {

struct NeighborList {
    const int64* ids;
    const double* scores;
    const int32* co_counts;  // nullptr in a list from the cache
    int count;
};

// Entries of one size in sets of a few: a new list takes the place of the one in its set that was not used for longest.
class NeighborCache {
public:
    // Makes the cache speak of the first `limit` neighbors in this model, within shopsmart.session_cache.
    void use(Oid table, int64 generation, int limit);
    // The list stays valid until the next store().
    bool find(int64 product_id, NeighborList* list);
    // Keeps the first `limit` neighbors; an empty list is worth keeping too.
    void store(int64 product_id, const NeighborList& list);
    void empty();

private:
    static constexpr Size kWays = 4;

    struct Tag {
        int64 product_id;
        uint32 last_use;  // 0: free
        int32 count;
    };

    void allocate(Size bytes);
    Tag* set_of(int64 product_id) const;
    char* entry_of(const Tag* tag) const;

    MemoryContext context_ = nullptr;
    Oid table_ = InvalidOid;
    int64 generation_ = 0;
    int limit_ = 0;
    Size bytes_ = 0;
    Size sets_ = 0;  // a power of two; 0: switched off
    Tag* tags_ = nullptr;
    char* entries_ = nullptr;
    uint32 clock_ = 0;
};

}  // namespace shopsmart::ranking
