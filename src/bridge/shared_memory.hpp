// Shared memory of a preloaded library, in pieces that each room reserves for itself.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

struct SharedPiece {
    const char* name;   // of the memory, and of the tranche of its locks
    Size (*size)();     // in bytes, when settings are known; 0: nothing is reserved
    int locks;
    // Each process that uses the memory; the first one finds it new, and fills it.
    void (*attach)(void* memory, LWLockPadded* locks, bool is_new);
};

// While the library is being preloaded; the piece is kept.
void reserve_shared(const SharedPiece& piece);

}  // namespace shopsmart::bridge
