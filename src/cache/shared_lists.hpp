// Lists of models in shared memory, for all sessions of a server that preloads the library.
//
// A list never changes under its key: rows of a generation are written once, and the numbers of generations never come
// again. So there is nothing to invalidate. Old lists leave when new ones need their place.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::cache {

// Names the list of a product in a generation of the model tables of a database.
struct ListKey {
    Oid database;
    Oid table;
    int64 generation;
    int64 product_id;
};

// To call while the library is preloaded: has the memory made that shopsmart.shared_cache asks for.
void reserve_shared_lists();

// Whether there is such memory, and this session wants it.
bool shared_lists_wanted();

// Copies the first `most` elements of a list to where there is room for them and returns how many there are; -1 when the
// list is not there. co_counts may be nullptr.
int find_shared_list(const ListKey& key, int most, int64* ids, double* scores, int32* co_counts);

// Keeps a list that is committed. Does nothing when it is longer than what there is room for.
void store_shared_list(const ListKey& key, int count, const int64* ids, const double* scores, const int32* co_counts);

// Takes away all lists of a database; returns how many.
int64 remove_shared_lists(Oid database);

// What happened since the server was started, and what is there now.
struct SharedListFigures {
    int64 hits;
    int64 misses;
    int64 stored;
    int64 evicted;
    int64 removed;
    int64 lists;
    int64 bytes;
    int64 size;  // 0: there is no such memory
};
SharedListFigures shared_list_figures();

}  // namespace shopsmart::cache
