#include "cache/shared_places.hpp"

#include <bit>

#include "bridge/shared_memory.hpp"
#include "settings.hpp"

namespace shopsmart::cache {

namespace {

constexpr Size kShareOfCache = 32;

// Both words are written one after the other: who reads between them gets a place that he will find to be wrong.
struct Slot {
    pg_atomic_uint64 tag;
    pg_atomic_uint64 place;
};

Size slot_count = 0;  // a power of two, or 0
Slot* slots = nullptr;

Size size() {
    slot_count = std::bit_floor(static_cast<Size>(settings::shared_cache_kb()) * 1024 / kShareOfCache / sizeof(Slot));
    return slot_count * sizeof(Slot);
}

void attach(void* memory, LWLockPadded*, bool is_new) {
    slots = static_cast<Slot*>(memory);
    for (Size i = 0; is_new && i < slot_count; i++) {
        pg_atomic_init_u64(&slots[i].tag, 0);
        pg_atomic_init_u64(&slots[i].place, 0);
    }
}

constexpr bridge::SharedPiece kPiece{"shopsmart_places", size, 0, attach};

bool are_wanted() { return slots != nullptr && settings::use_shared_cache(); }

uint64 tag_of(Oid table, uint64 key) {
    const uint64 words[] = {key, static_cast<uint64>(MyDatabaseId) << 32 | table};
    return hash_bytes_extended(reinterpret_cast<const unsigned char*>(words), sizeof words, 0);
}

}  // namespace

void reserve_shared_places() {
    bridge::reserve_shared(kPiece);
}

bool find_shared_place(Oid table, uint64 key, ItemPointer place) {
    if (!are_wanted()) {
        return false;
    }
    const uint64 tag = tag_of(table, key);
    Slot& slot = slots[tag & (slot_count - 1)];
    if (pg_atomic_read_u64(&slot.tag) != tag) {
        return false;
    }
    const uint64 noted = pg_atomic_read_u64(&slot.place);
    ItemPointerSet(place, static_cast<BlockNumber>(noted >> 16), static_cast<OffsetNumber>(noted & 0xFFFF));
    return ItemPointerIsValid(place);
}

void note_shared_place(Oid table, uint64 key, const ItemPointerData& place) {
    if (are_wanted()) {
        const uint64 tag = tag_of(table, key);
        Slot& slot = slots[tag & (slot_count - 1)];
        pg_atomic_write_u64(&slot.place, static_cast<uint64>(ItemPointerGetBlockNumber(&place)) << 16 | ItemPointerGetOffsetNumber(&place));
        pg_atomic_write_u64(&slot.tag, tag);
    }
}

}  // namespace shopsmart::cache
