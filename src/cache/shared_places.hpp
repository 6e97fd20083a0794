// Where rows were last seen in their tables, in shared memory: hints for all sessions of a server that preloads the library.
//
// A place is never an answer: whoever asks looks whether the row there is visible to him and is the one that he wants. So
// nothing has to be locked or invalidated, and it does no harm when two keys meet in one slot.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::cache {

// To call while the library is preloaded: has the memory made, a 32nd of shopsmart.shared_cache.
void reserve_shared_places();

// The place noted for that key of a table of this database. False when there is none, or the session wants no shared memory.
bool find_shared_place(Oid table, uint64 key, ItemPointer place);

void note_shared_place(Oid table, uint64 key, const ItemPointerData& place);

}  // namespace shopsmart::cache
