#include "bridge/event_types.hpp"

#include "bridge/columns.hpp"
#include "bridge/relations.hpp"

#include <cmath>

namespace shopsmart::bridge {

namespace {

// A shop has a handful of types; the array doubles when it has more.
void add(EventTypes& types, Datum name, Datum weight, Datum in_basket) {
    if ((types.count & (types.count - 1)) == 0 && types.count >= 8) {
        types.entries = static_cast<EventTypes::Entry*>(repalloc(types.entries, sizeof(EventTypes::Entry) * 2 * types.count));
    }
    text* stored = DatumGetTextPP(name);
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(stored));
    char* copy = static_cast<char*>(palloc(length + 1));
    memcpy(copy, VARDATA_ANY(stored), length);
    EventTypes::Entry entry{copy, length, DatumGetFloat8(weight), DatumGetBool(in_basket)};
    if (!std::isfinite(entry.weight) || entry.weight < 0) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("weight of event type \"%.*s\" must be finite and not negative", length, copy),
                        errdetail("It is %g.", entry.weight), errhint("Correct it in the table of event types.")));
    }
    types.entries[types.count++] = entry;
}

void read_directly(EventTypes& types, Oid event_types) {
    Relation relation = table_open(event_types, AccessShareLock);
    const AttrNumber name = required_column(relation, "event_type", TEXTOID);
    const AttrNumber weight = required_column(relation, "weight", FLOAT8OID);
    const AttrNumber in_basket = required_column(relation, "in_basket", BOOLOID);
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
    while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
        slot_getallattrs(slot);
        if (!slot->tts_isnull[name - 1] && !slot->tts_isnull[weight - 1]) {
            add(types, slot->tts_values[name - 1], slot->tts_values[weight - 1],
                slot->tts_isnull[in_basket - 1] ? BoolGetDatum(false) : slot->tts_values[in_basket - 1]);
        }
    }
    table_endscan(scan);
    ExecDropSingleTupleTableSlot(slot);
    table_close(relation, AccessShareLock);
}

// Row security, or a relation that is no plain table.
void read_by_sql(EventTypes& types, Oid event_types) {
    MemoryContext callers = CurrentMemoryContext;
    SPI_connect();
    const char* query = psprintf("SELECT t.event_type, t.weight, COALESCE(t.in_basket, false) FROM %s t"
                                 " WHERE t.event_type IS NOT NULL AND t.weight IS NOT NULL", qualified_name(event_types));
    const int status = SPI_execute(query, true, 0);
    if (status != SPI_OK_SELECT) {
        elog(ERROR, "SPI_execute returned %s", SPI_result_code_string(status));
    }
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null;
        Datum values[3];
        for (int column = 0; column < 3; column++) {
            values[column] = SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, column + 1, &is_null);
        }
        MemoryContext own = MemoryContextSwitchTo(callers);
        add(types, values[0], values[1], values[2]);
        MemoryContextSwitchTo(own);
    }
    SPI_finish();
}

}  // namespace

int EventTypes::find(const char* name, int length) const {
    for (int i = 0; i < count; i++) {
        if (entries[i].length == length && memcmp(entries[i].name, name, length) == 0) {
            return i;
        }
    }
    return -1;
}

EventTypes read_event_types(Oid event_types) {
    EventTypes types{0, static_cast<EventTypes::Entry*>(palloc(sizeof(EventTypes::Entry) * 8))};
    if (may_read_directly(event_types) && get_rel_relkind(event_types) == RELKIND_RELATION) {
        read_directly(types, event_types);
    } else {
        read_by_sql(types, event_types);
    }
    return types;
}

int required_event_type(const EventTypes& types, Datum name, const char* argument) {
    const char* type_name = TextDatumGetCString(name);
    const int type = types.find(type_name, static_cast<int>(strlen(type_name)));
    if (type < 0) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown event type \"%s\" in %s", type_name, argument)));
    }
    return type;
}

}  // namespace shopsmart::bridge
