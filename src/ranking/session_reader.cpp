#include "ranking/session_reader.hpp"

#include <algorithm>
#include <cmath>

#include "bridge/relations.hpp"
#include "ranking/stored_arrays.hpp"

namespace shopsmart::ranking {

namespace {

// The products of the newest events that lie no more than half an hour apart, each once, newest first. The index of histories
// does not know session ids: somebody is taken to be on one visit at a time.
int last_session(const History& history, int64* products) {
    int count = 0;
    const HistoryEvent* later = nullptr;
    for (int i = 0; i < history.count; i++) {
        const HistoryEvent& event = history.events[i];
        if (later != nullptr && later->occurred_at - event.occurred_at > core::kSessionGapUs) {
            break;
        }
        later = &event;
        if (event.weight > 0 && std::find(products, products + count, event.product_id) == products + count) {
            products[count++] = event.product_id;
        }
    }
    return count;
}

// What core relies on: sessions in order, windows one behind the other, no longer than they may be, with the product in them.
bool is_sound(const core::SessionList& list, int64 product_id, int window) {
    bool sound = list.count <= core::kSessionsOfProduct && std::isfinite(list.rarity_value);
    for (std::uint32_t at = 0; sound && at < list.count; at++) {
        const int32 begin = at == 0 ? 0 : list.window_ends[at - 1];
        const int32 end = list.window_ends[at];
        sound = list.sessions[at] > (at == 0 ? -1 : list.sessions[at - 1]) && std::isfinite(list.weights[at])
                && end <= window && end > begin && end - begin <= 2 * static_cast<int32>(core::kSessionReach) + 1
                && list.places[at] >= begin && list.places[at] < end && list.window[list.places[at]] == product_id;
    }
    return sound;
}

}  // namespace

bool SessionReader::open(int most_products) {
    generation_ = bridge::current_generation("sessions");
    if (generation_ == 0) {
        return false;
    }
    const bridge::ModelTables& models = bridge::model_tables();
    bridge::require_select(models.session_lists);
    cursor_.open(models.session_lists, models.session_lists_key, 2);
    known_ = static_cast<Known*>(palloc(sizeof(Known) * std::max(most_products, 1)));
    known_count_ = 0;
    return true;
}

core::SessionList SessionReader::sessions_of(int64 product_id) {
    for (int i = 0; i < known_count_; i++) {
        if (known_[i].product_id == product_id) {
            return known_[i].list;
        }
    }
    known_[known_count_] = {product_id, read(product_id)};
    return known_[known_count_++].list;
}

core::SessionList SessionReader::read(int64 product_id) {
    Datum key[] = {Int64GetDatum(product_id), Int64GetDatum(generation_)};
    cursor_.seek(key);
    core::SessionList list{};
    if (!cursor_.next()) {
        return list;
    }
    // The slot is used again for the next product.
    HeapTuple row = ExecCopySlotHeapTuple(cursor_.slot);
    TupleDesc columns = cursor_.slot->tts_tupleDescriptor;
    bool is_null;
    const Datum rarity = heap_getattr(row, 3, columns, &is_null);
    list.rarity_value = is_null ? NAN : DatumGetFloat8(rarity);
    int count = -1;
    list.sessions = elements<int32>(row, columns, 4, INT4OID, &count);
    list.weights = elements<double>(row, columns, 5, FLOAT8OID, &count);
    list.window_ends = elements<int32>(row, columns, 6, INT4OID, &count);
    list.places = elements<int32>(row, columns, 7, INT4OID, &count);
    list.count = static_cast<std::uint32_t>(count);
    int window = -1;
    list.window = elements<int64>(row, columns, 8, INT8OID, &window);
    if (!is_sound(list, product_id, window)) {
        raise_damaged();
    }
    return list;
}

bool score_last_session(const History& history, core::CandidateTable* candidates) {
    auto* products = static_cast<int64*>(palloc(sizeof(int64) * std::max(history.count, 1)));
    const int count = last_session(history, products);
    SessionReader reader;
    if (!reader.open(count)) {
        return false;
    }
    constexpr Size kCacheLine = 64;
    const Size bytes = core::SessionScratch::bytes_for(static_cast<std::size_t>(count));
    auto* memory = static_cast<char*>(MemoryContextAllocHuge(CurrentMemoryContext, bytes + kCacheLine));
    *candidates = core::score_sessions(reader, {products, static_cast<std::size_t>(count)}, reinterpret_cast<void*>(TYPEALIGN(kCacheLine, memory)));
    reader.close();
    return true;
}

}  // namespace shopsmart::ranking
