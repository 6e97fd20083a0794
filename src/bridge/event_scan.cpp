#include "bridge/event_scan.hpp"

#include "bridge/columns.hpp"
#include "bridge/pg_call.hpp"

#include <algorithm>

namespace shopsmart::bridge {

namespace {

constexpr int kBatchEvents = 2048;

// Reads events batch by batch. Plain memory without a destructor: an error releases what it holds.
struct EventReader {
    const List* tables;
    const EventTypes* types;
    TimeRange range;
    EventDetail detail;

    int next_table = 0;
    Relation relation = nullptr;
    TableScanDesc scan = nullptr;
    TupleTableSlot* slot = nullptr;
    Buffer page = InvalidBuffer;  // of the last row
    AttrNumber user, product, type, time, session, event_id;
    int first_columns;  // up to the last column that every event needs
    MemoryContext batch_memory = nullptr;

    void start() { batch_memory = AllocSetContextCreate(CurrentMemoryContext, "shopsmart events", ALLOCSET_SMALL_SIZES); }
    // Number of events, 0 at the end.
    int fill(core::Event* batch);
    void finish() { MemoryContextDelete(batch_memory); }

private:
    bool open_next_table();
    void close_table();
    void fetch_page_of_slot();
    bool read(core::Event& event);
    const text* readable(Datum value);
};

bool EventReader::open_next_table() {
    if (next_table == list_length(tables)) {
        return false;
    }
    relation = table_open(list_nth_oid(tables, next_table++), AccessShareLock);
    user = required_column(relation, "user_id", INT8OID);
    product = required_column(relation, "product_id", INT8OID);
    type = required_column(relation, "event_type", TEXTOID);
    time = required_column(relation, "occurred_at", TIMESTAMPTZOID);
    session = required_column(relation, "session_id", TEXTOID);
    event_id = detail == EventDetail::all ? required_column(relation, "event_id", INT8OID) : InvalidAttrNumber;
    first_columns = std::max(std::max(user, product), std::max(type, time));
    slot = table_slot_create(relation, nullptr);
    scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
    return true;
}

void EventReader::close_table() {
    table_endscan(scan);
    scan = nullptr;
    ExecDropSingleTupleTableSlot(slot);
    table_close(relation, NoLock);
}

// The rows of a page wait for memory one after the other, unless all of it is asked for at once.
void EventReader::fetch_page_of_slot() {
    constexpr int kCacheLine = 64;
    if (!TTS_IS_BUFFERTUPLE(slot)) {
        return;
    }
    const Buffer buffer = reinterpret_cast<const BufferHeapTupleTableSlot*>(slot)->buffer;
    if (buffer == page) {
        return;
    }
    page = buffer;
    const char* bytes = static_cast<const char*>(BufferGetPage(buffer));
    for (int at = 0; at < BLCKSZ; at += kCacheLine) {
        __builtin_prefetch(bytes + at);
    }
}

// A short text beside large metadata may be compressed or moved out of its row.
const text* EventReader::readable(Datum value) {
    text* stored = reinterpret_cast<text*>(DatumGetPointer(value));
    if (VARATT_IS_COMPRESSED(stored) || VARATT_IS_EXTERNAL(stored)) {
        MemoryContext callers = MemoryContextSwitchTo(batch_memory);
        stored = pg_detoast_datum_packed(stored);
        MemoryContextSwitchTo(callers);
    }
    return stored;
}

// Whether the row in the slot is an event that counts.
bool EventReader::read(core::Event& event) {
    slot_getsomeattrs(slot, first_columns);
    const Datum* values = slot->tts_values;
    const bool* nulls = slot->tts_isnull;
    if (nulls[user - 1] || nulls[product - 1] || nulls[type - 1] || nulls[time - 1]) {
        return false;
    }
    event.time_us = DatumGetTimestampTz(values[time - 1]);
    if (event.time_us > range.up_to || event.time_us <= range.after) {
        return false;
    }
    const text* name = readable(values[type - 1]);
    const int index = types->find(VARDATA_ANY(name), static_cast<int>(VARSIZE_ANY_EXHDR(name)));
    if (index < 0) {
        return false;
    }
    event.user_id = DatumGetInt64(values[user - 1]);
    event.product_id = DatumGetInt64(values[product - 1]);
    event.type = static_cast<std::uint32_t>(index);
    event.session = 0;
    event.event_id = 0;
    if (detail == EventDetail::all) {
        slot_getsomeattrs(slot, std::max(event_id, session));
        event.event_id = nulls[event_id - 1] ? 0 : DatumGetInt64(values[event_id - 1]);
    }
    if (detail == EventDetail::all || types->entries[index].in_basket) {
        slot_getsomeattrs(slot, session);
        if (!nulls[session - 1]) {
            const text* id = readable(values[session - 1]);
            const uint64 hash = hash_bytes_extended(reinterpret_cast<const unsigned char*>(VARDATA_ANY(id)),
                                                    static_cast<int>(VARSIZE_ANY_EXHDR(id)), 0);
            event.session = std::max<std::uint64_t>(hash, 1);
        }
    }
    return true;
}

int EventReader::fill(core::Event* batch) {
    CHECK_FOR_INTERRUPTS();
    MemoryContextReset(batch_memory);
    int count = 0;
    while (count < kBatchEvents && (scan != nullptr || open_next_table())) {
        if (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
            fetch_page_of_slot();
            count += read(batch[count]) ? 1 : 0;
        } else {
            close_table();
        }
    }
    return count;
}

}  // namespace

void EventScan::scan(const std::function<void(std::span<const core::Event>)>& take) {
    EventReader reader{};
    reader.tables = tables_;
    reader.types = &types_;
    reader.range = range_;
    reader.detail = detail_;
    std::vector<core::Event> batch(kBatchEvents);

    pg_call([&]() noexcept { reader.start(); });
    int count;
    // One passage into the server a batch, not a row.
    while ((count = pg_call([&]() noexcept { return reader.fill(batch.data()); })) > 0) {
        take(std::span<const core::Event>(batch.data(), static_cast<std::size_t>(count)));
    }
    pg_call([&]() noexcept { reader.finish(); });
}

}  // namespace shopsmart::bridge
