// The memory is cut into partitions by the hash of the key, each with a lock of its own. A partition is a log: lists are
// written one behind the other, and when the end is reached, over the oldest ones. Positions in the log count all bytes
// ever written, so that a position behind the tail tells by itself that its list is gone. An index of buckets leads from
// hashes to positions; it may forget a list, which is then read from its table again, but never shows a wrong one,
// because each list carries its key.
//
// What a partition's lock guards: everything in it but the counts of hits and misses, which are atomic. Nobody holds two of
// these locks. Nothing is called under one that may raise an error, wait or allocate.
#include "cache/shared_lists.hpp"

#include <algorithm>
#include <bit>
#include <type_traits>

#include "bridge/shared_memory.hpp"
#include "settings.hpp"

namespace shopsmart::cache {

namespace {

constexpr Size kPartitions = 32;
constexpr Size kWays = 4;               // positions in a bucket
constexpr Size kBytesForEachWay = 256;  // of the log: more ways than there can be lists of usual length
constexpr Size kLeastBytes = 1024 * 1024;  // so that the longest list fits into a partition

static_assert(std::has_unique_object_representations_v<ListKey>, "padding would take part in the hash");

// One list in the log; ids, scores and co_counts come behind it.
struct Entry {
    ListKey key;   // of no database: nobody asks for it any more
    uint32 bytes;  // to the next one; 0: that is at the beginning of the log
    int32 count;
};

struct Partition {
    uint64 head;  // where the next list goes
    uint64 tail;  // where the oldest one stands
    int64 stored;
    int64 evicted;
    int64 removed;
    int64 lists;
    int64 bytes;
    pg_atomic_uint64 hits;
    pg_atomic_uint64 misses;
};
static_assert(std::is_trivially_copyable_v<Entry> && std::is_standard_layout_v<Entry>);
static_assert(std::is_standard_layout_v<Partition> && sizeof(Entry) % MAXIMUM_ALIGNOF == 0);

// Bytes of a partition, but for its ways.
struct Layout {
    Size ways;  // a power of two
    Size log;
    Size partition;
};

// Known to the postmaster and its children; of size 0 when there is no such memory.
Layout layout{};
char* memory = nullptr;
LWLockPadded* locks = nullptr;

Layout layout_for(Size bytes) {
    if (bytes == 0) {
        return {};
    }
    Layout made;
    made.partition = std::max(bytes, kLeastBytes) / kPartitions / PG_CACHE_LINE_SIZE * PG_CACHE_LINE_SIZE;
    made.ways = std::bit_floor(made.partition / kBytesForEachWay);
    made.log = made.partition - MAXALIGN(sizeof(Partition)) - made.ways * sizeof(uint64);
    return made;
}

Size size() {
    layout = layout_for(static_cast<Size>(settings::shared_cache_kb()) * 1024);
    return layout.partition * kPartitions;
}

Partition* partition_at(Size number) { return reinterpret_cast<Partition*>(memory + number * layout.partition); }

uint64* ways_of(Partition* partition) { return reinterpret_cast<uint64*>(reinterpret_cast<char*>(partition) + MAXALIGN(sizeof(Partition))); }

Entry* entry_at(Partition* partition, uint64 position) {
    return reinterpret_cast<Entry*>(reinterpret_cast<char*>(ways_of(partition) + layout.ways) + position % layout.log);
}

void attach(void* begin, LWLockPadded* partition_locks, bool is_new) {
    memory = static_cast<char*>(begin);
    locks = partition_locks;
    for (Size i = 0; is_new && i < kPartitions; i++) {
        Partition* partition = partition_at(i);
        memset(static_cast<void*>(partition), 0, MAXALIGN(sizeof(Partition)) + layout.ways * sizeof(uint64));
        pg_atomic_init_u64(&partition->hits, 0);
        pg_atomic_init_u64(&partition->misses, 0);
    }
}

constexpr bridge::SharedPiece kPiece{"shopsmart_lists", size, kPartitions, attach};

// Where a key belongs.
struct Place {
    Partition* partition;
    LWLock* lock;
    uint64* bucket;
};

Place place_of(const ListKey& key) {
    const uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char*>(&key), sizeof key, 0);
    const Size number = hash % kPartitions;
    Partition* partition = partition_at(number);
    return {partition, &locks[number].lock, ways_of(partition) + (hash / kPartitions * kWays & (layout.ways - 1))};
}

// Where the bucket leads to the key; nullptr when nowhere. A way holds 1 + position, 0 when it was never used.
Entry* find(const Place& place, const ListKey& key) {
    for (Size way = 0; way < kWays; way++) {
        if (place.bucket[way] > place.partition->tail) {
            Entry* entry = entry_at(place.partition, place.bucket[way] - 1);
            if (memcmp(&entry->key, &key, sizeof key) == 0) {
                return entry;
            }
        }
    }
    return nullptr;
}

void forget(Partition* partition, Entry* entry) {
    entry->key = ListKey{};
    partition->lists--;
    partition->bytes -= entry->bytes;
}

uint64 beginning_behind(uint64 position) { return (position / layout.log + 1) * layout.log; }

// Whether a header does not fit between there and the end of the log.
bool is_at_end(uint64 position) { return layout.log - position % layout.log < sizeof(Entry); }

// Gives up the oldest lists until all bytes before `end` can be written.
void make_room(Partition* partition, uint64 end) {
    while (partition->tail + layout.log < end) {
        Entry* oldest = is_at_end(partition->tail) ? nullptr : entry_at(partition, partition->tail);
        if (oldest == nullptr || oldest->bytes == 0) {
            partition->tail = beginning_behind(partition->tail);
            continue;
        }
        partition->tail += oldest->bytes;
        if (OidIsValid(oldest->key.database)) {
            forget(partition, oldest);
            partition->evicted++;
        }
    }
}

// Room for an entry at the head of the log, in one piece.
Entry* append(Partition* partition, Size bytes) {
    if (layout.log - partition->head % layout.log < bytes) {
        const uint64 beginning = beginning_behind(partition->head);
        make_room(partition, beginning);
        if (!is_at_end(partition->head)) {
            *entry_at(partition, partition->head) = Entry{};
        }
        partition->head = beginning;
    }
    make_room(partition, partition->head + bytes);
    Entry* entry = entry_at(partition, partition->head);
    partition->head += bytes;
    return entry;
}

void lead_to(const Place& place, uint64 position) {
    uint64* oldest = std::min_element(place.bucket, place.bucket + kWays);
    if (*oldest > place.partition->tail) {
        Entry* entry = entry_at(place.partition, *oldest - 1);
        if (OidIsValid(entry->key.database)) {
            forget(place.partition, entry);
            place.partition->evicted++;
        }
    }
    *oldest = position + 1;
}

int64* ids_of(Entry* entry) { return reinterpret_cast<int64*>(entry + 1); }
double* scores_of(Entry* entry) { return reinterpret_cast<double*>(ids_of(entry) + entry->count); }
int32* co_counts_of(Entry* entry) { return reinterpret_cast<int32*>(scores_of(entry) + entry->count); }

}  // namespace

void reserve_shared_lists() {
    bridge::reserve_shared(kPiece);
}

bool shared_lists_wanted() { return memory != nullptr && settings::use_shared_cache(); }

int find_shared_list(const ListKey& key, int most, int64* ids, double* scores, int32* co_counts) {
    const Place place = place_of(key);
    int count = -1;
    LWLockAcquire(place.lock, LW_SHARED);
    if (Entry* entry = find(place, key)) {
        count = std::min(entry->count, most);
        memcpy(ids, ids_of(entry), sizeof(int64) * count);
        memcpy(scores, scores_of(entry), sizeof(double) * count);
        if (co_counts != nullptr) {
            memcpy(co_counts, co_counts_of(entry), sizeof(int32) * count);
        }
    }
    LWLockRelease(place.lock);
    pg_atomic_fetch_add_u64(count >= 0 ? &place.partition->hits : &place.partition->misses, 1);
    return count;
}

void store_shared_list(const ListKey& key, int count, const int64* ids, const double* scores, const int32* co_counts) {
    const Size bytes = MAXALIGN(sizeof(Entry) + (sizeof(int64) + sizeof(double) + sizeof(int32)) * count);
    if (bytes > layout.log) {
        return;
    }
    const Place place = place_of(key);
    LWLockAcquire(place.lock, LW_EXCLUSIVE);
    // Another session may have been faster.
    if (find(place, key) == nullptr) {
        Entry* entry = append(place.partition, bytes);
        *entry = {key, static_cast<uint32>(bytes), count};
        memcpy(ids_of(entry), ids, sizeof(int64) * count);
        memcpy(scores_of(entry), scores, sizeof(double) * count);
        memcpy(co_counts_of(entry), co_counts, sizeof(int32) * count);
        lead_to(place, place.partition->head - bytes);
        place.partition->stored++;
        place.partition->lists++;
        place.partition->bytes += bytes;
    }
    LWLockRelease(place.lock);
}

int64 remove_shared_lists(Oid database) {
    int64 removed = 0;
    for (Size i = 0; memory != nullptr && i < kPartitions; i++) {
        Partition* partition = partition_at(i);
        LWLockAcquire(&locks[i].lock, LW_EXCLUSIVE);
        const int64 removed_before = removed;
        for (uint64 position = partition->tail; position < partition->head;) {
            Entry* entry = is_at_end(position) ? nullptr : entry_at(partition, position);
            if (entry == nullptr || entry->bytes == 0) {
                position = beginning_behind(position);
                continue;
            }
            position += entry->bytes;
            if (entry->key.database == database) {
                forget(partition, entry);
                removed++;
            }
        }
        partition->removed += removed - removed_before;
        LWLockRelease(&locks[i].lock);
    }
    return removed;
}

SharedListFigures shared_list_figures() {
    SharedListFigures sum{};
    for (Size i = 0; memory != nullptr && i < kPartitions; i++) {
        Partition* partition = partition_at(i);
        LWLockAcquire(&locks[i].lock, LW_SHARED);
        sum.stored += partition->stored;
        sum.evicted += partition->evicted;
        sum.removed += partition->removed;
        sum.lists += partition->lists;
        sum.bytes += partition->bytes;
        LWLockRelease(&locks[i].lock);
        sum.hits += static_cast<int64>(pg_atomic_read_u64(&partition->hits));
        sum.misses += static_cast<int64>(pg_atomic_read_u64(&partition->misses));
        sum.size += static_cast<int64>(layout.partition);
    }
    return sum;
}

}  // namespace shopsmart::cache
