// A bucket is one number: when it will be full again. Taking a token moves that by the time that one token takes to come
// back; when it would be more than a minute away, there was none. A bucket that is full may be forgotten, so a table of fixed
// size does: each visitor has a few places by the hash of his name. When others hold them all, the fullest one is given away,
// which lets its visitor ask a little too often.
#include "http/rate_limit.hpp"

#include "bridge/shared_memory.hpp"

#include <algorithm>
#include <type_traits>

namespace shopsmart::http {

namespace {

constexpr int kSets = 4096;
constexpr int kPlaces = 4;

struct Bucket {
    uint64 visitor;
    TimestampTz full_at;
};

struct Buckets {
    uint64 seed;  // nobody can choose names that meet in one place
    Bucket sets[kSets][kPlaces];
};
static_assert(std::is_trivially_copyable_v<Buckets> && std::is_standard_layout_v<Buckets>);

Buckets* shared = nullptr;
LWLock* lock = nullptr;  // covers all of shared but the seed
Buckets of_this_connection;

void attach(void* memory, LWLockPadded* locks, bool is_new) {
    shared = static_cast<Buckets*>(memory);
    lock = &locks->lock;
    if (is_new) {
        memset(memory, 0, sizeof(Buckets));
        if (!pg_strong_random(&shared->seed, sizeof shared->seed)) {
            shared->seed = static_cast<uint64>(GetCurrentTimestamp());
        }
    }
}

constexpr bridge::SharedPiece kPiece{"shopsmart_rate_limits", [] { return sizeof(Buckets); }, 1, attach};

Bucket& bucket_of(uint64 visitor, Bucket (&places)[kPlaces]) {
    Bucket* fullest = &places[0];
    for (Bucket& place : places) {
        if (place.visitor == visitor) {
            return place;
        }
        if (place.full_at < fullest->full_at) {
            fullest = &place;
        }
    }
    *fullest = {visitor, 0};
    return *fullest;
}

int64 take(Bucket& bucket, int per_minute, TimestampTz now) {
    const int64 pace = USECS_PER_MINUTE / per_minute;
    // A clock that was set back must not lock anybody out.
    const TimestampTz full_at = std::min(std::max(bucket.full_at, now), now + USECS_PER_MINUTE) + pace;
    const int64 wait = full_at - (now + USECS_PER_MINUTE);
    if (wait > 0) {
        return wait;
    }
    bucket.full_at = full_at;
    return 0;
}

}  // namespace

void reserve_rate_limits() {
    bridge::reserve_shared(kPiece);
}

int64 take_token(const char* visitor, size_t length, int per_minute, TimestampTz now) {
    Buckets& buckets = shared != nullptr ? *shared : of_this_connection;
    const uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char*>(visitor), static_cast<int>(length), buckets.seed);
    if (shared != nullptr) {
        LWLockAcquire(lock, LW_EXCLUSIVE);
    }
    const int64 wait = take(bucket_of(hash, buckets.sets[hash % kSets]), per_minute, now);
    if (shared != nullptr) {
        LWLockRelease(lock);
    }
    return wait;
}

}  // namespace shopsmart::http
