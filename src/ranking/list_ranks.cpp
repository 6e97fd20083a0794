#include "ranking/list_ranks.hpp"

#include <algorithm>

#include "bridge/relations.hpp"
#include "ranking/rank_map.hpp"

namespace shopsmart::ranking {

namespace {

// More than the categories that one query meets, as a rule: a list that was given up is read again as a whole.
constexpr int kKeptLists = 64;

struct Slot {
    MemoryContext context;  // nullptr: free
    Oid table;
    int64 generation;
    ListName name;
    uint64 stamp;
    uint64 last_use;
    RankMap ranks;
};

Slot slots[kKeptLists];
uint64 clock_ticks = 0;

bool holds(const Slot& slot, Oid table, int64 generation, const ListName& name) {
    return slot.context != nullptr && slot.table == table && slot.generation == generation && slot.name.category_id == name.category_id
           && strcmp(slot.name.time_window, name.time_window) == 0;
}

// Empty until the whole list is in: reading may raise.
void read_list(Slot& slot, Oid table, int64 generation, const ListName& name) {
    if (slot.context != nullptr) {
        MemoryContextDelete(slot.context);
        slot.context = nullptr;
    }
    MemoryContext context = AllocSetContextCreate(TopMemoryContext, "shopsmart list ranks", ALLOCSET_SMALL_SIZES);
    MemoryContext reading = AllocSetContextCreate(CurrentMemoryContext, "shopsmart list", ALLOCSET_DEFAULT_SIZES);
    MemoryContextSetParent(context, reading);
    MemoryContext callers = MemoryContextSwitchTo(reading);

    RankedListReader list;
    const bool exists = list.open(name);
    Size count = 0;
    Size room = 1024;
    auto* ids = static_cast<int64*>(palloc(sizeof(int64) * room));
    double score;
    while (exists && list.next(&ids[count], &score)) {
        if (++count == room) {
            room *= 2;
            ids = static_cast<int64*>(repalloc_huge(ids, sizeof(int64) * room));
        }
    }
    if (exists) {
        list.close();
    }
    MemoryContextSwitchTo(context);
    slot.ranks.init(count);
    for (Size i = 0; i < count; i++) {
        slot.ranks.add(ids[i], static_cast<uint32>(i + 1));
    }
    const char* window = pstrdup(name.time_window);
    MemoryContextSwitchTo(callers);
    MemoryContextSetParent(context, TopMemoryContext);
    MemoryContextDelete(reading);

    slot.context = context;
    slot.table = table;
    slot.generation = generation;
    slot.name = {name.kind, window, name.category_id};
    slot.stamp = ++clock_ticks;
}

int slot_with(Oid table, int64 generation, const ListName& name) {
    Slot* slot = std::find_if(slots, slots + kKeptLists, [&](const Slot& s) { return holds(s, table, generation, name); });
    if (slot == slots + kKeptLists) {
        slot = std::min_element(slots, slots + kKeptLists, [](const Slot& a, const Slot& b) { return a.last_use < b.last_use; });
        read_list(*slot, table, generation, name);
    }
    slot->last_use = ++clock_ticks;
    return static_cast<int>(slot - slots);
}

}  // namespace

void ListRanks::open(const ListName& name) {
    const Oid table = bridge::model_tables().ranked_lists;
    name_ = name;
    generation_ = bridge::current_generation(name.kind);
    if (generation_ == 0) {
        return;
    }
    bridge::require_select(table);
    slot_ = slot_with(table, generation_, name);
    stamp_ = slots[slot_].stamp;
}

uint32 ListRanks::rank(int64 product_id) {
    if (generation_ == 0) {
        return 0;
    }
    // Other lists may have taken the slot meanwhile.
    if (slots[slot_].context == nullptr || slots[slot_].stamp != stamp_) {
        slot_ = slot_with(bridge::model_tables().ranked_lists, generation_, name_);
        stamp_ = slots[slot_].stamp;
    }
    return slots[slot_].ranks.rank(product_id);
}

}  // namespace shopsmart::ranking
