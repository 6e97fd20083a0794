#include "bridge/shared_memory.hpp"

namespace shopsmart::bridge {

namespace {

constexpr int kMostPieces = 8;

shmem_request_hook_type earlier_request_hook = nullptr;
shmem_startup_hook_type earlier_startup_hook = nullptr;
const SharedPiece* pieces[kMostPieces];
Size sizes[kMostPieces];
int piece_count = 0;

void request() {
    if (earlier_request_hook != nullptr) {
        earlier_request_hook();
    }
    for (int i = 0; i < piece_count; i++) {
        sizes[i] = pieces[i]->size();
        if (sizes[i] > 0) {
            RequestAddinShmemSpace(CACHELINEALIGN(sizes[i]));
            if (pieces[i]->locks > 0) {
                RequestNamedLWLockTranche(pieces[i]->name, pieces[i]->locks);
            }
        }
    }
}

void startup() {
    if (earlier_startup_hook != nullptr) {
        earlier_startup_hook();
    }
    LWLockAcquire(AddinShmemInitLock, LW_EXCLUSIVE);
    for (int i = 0; i < piece_count; i++) {
        if (sizes[i] > 0) {
            bool found;
            void* memory = ShmemInitStruct(pieces[i]->name, sizes[i], &found);
            pieces[i]->attach(memory, pieces[i]->locks > 0 ? GetNamedLWLockTranche(pieces[i]->name) : nullptr, !found);
        }
    }
    LWLockRelease(AddinShmemInitLock);
}

}  // namespace

void reserve_shared(const SharedPiece& piece) {
    Assert(piece_count < kMostPieces);
    if (piece_count == 0) {
        earlier_request_hook = shmem_request_hook;
        shmem_request_hook = request;
        earlier_startup_hook = shmem_startup_hook;
        shmem_startup_hook = startup;
    }
    pieces[piece_count++] = &piece;
}

}  // namespace shopsmart::bridge
