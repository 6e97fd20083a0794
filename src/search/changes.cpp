#include "search/changes.hpp"

#include "bridge/query.hpp"
#include "bridge/relations.hpp"
#include "compat/pg_compat.hpp"
#include "search/index.hpp"

namespace shopsmart::search {

namespace {

Datum texts_of(const Terms& terms) {
    auto* texts = static_cast<Datum*>(palloc(sizeof(Datum) * terms.count));
    for (int i = 0; i < terms.count; i++) {
        texts[i] = PointerGetDatum(cstring_to_text_with_len(terms.terms[i].bytes, terms.terms[i].length));
    }
    return PointerGetDatum(construct_array(texts, terms.count, TEXTOID, -1, false, TYPALIGN_INT));
}

Datum occurrences_of(const Terms& terms) {
    auto* occurrences = static_cast<Datum*>(palloc(sizeof(Datum) * terms.count));
    for (int i = 0; i < terms.count; i++) {
        occurrences[i] = UInt32GetDatum(terms.terms[i].occurrence);
    }
    return PointerGetDatum(construct_array(occurrences, terms.count, INT4OID, sizeof(int32), true, TYPALIGN_INT));
}

int64 next_change() {
    return nextval_internal(get_relname_relid("search_change_seq", get_namespace_oid("shopsmart", false)), false);
}

// Both arrays are sorted: walk through them side by side, reading the terms where they lie.
const core::Occurrence* occurrences_of_query(const Terms& query, ArrayType* terms, ArrayType* occurrences) {
    const int count = ArrayGetNItems(ARR_NDIM(terms), ARR_DIMS(terms));
    if (ARR_HASNULL(terms) || ARR_HASNULL(occurrences) || ArrayGetNItems(ARR_NDIM(occurrences), ARR_DIMS(occurrences)) != count) {
        raise_damaged();
    }
    auto* found = static_cast<core::Occurrence*>(palloc0(sizeof(core::Occurrence) * query.count));
    const auto* values = reinterpret_cast<const core::Occurrence*>(ARR_DATA_PTR(occurrences));
    const char* at = ARR_DATA_PTR(terms);
    int wanted = 0;
    for (int i = 0; i < count && wanted < query.count; i++) {
        const int length = static_cast<int>(VARSIZE_ANY_EXHDR(at));
        int order = -1;
        while (wanted < query.count) {
            const Term& term = query.terms[wanted];
            order = memcmp(VARDATA_ANY(at), term.bytes, Min(length, term.length));
            order = order != 0 ? order : length - term.length;
            if (order <= 0) {
                break;
            }
            wanted++;
        }
        if (order == 0) {
            found[wanted++] = values[i];
        }
        at += VARSIZE_ANY(at);
        at = reinterpret_cast<const char*>(TYPEALIGN(ALIGNOF_INT, at));
    }
    return found;
}

// The planner may know the table as it was when it was empty; there is an index for this.
void execute_by_index(const char* sql, const bridge::Parameters& parameters) {
    const int level = NewGUCNestLevel();
    set_config_option("enable_seqscan", "off", PGC_USERSET, PGC_S_SESSION, GUC_ACTION_SAVE, true, 0, false);
    bridge::execute_reading(sql, parameters);
    AtEOXact_GUC(true, level);
}

}  // namespace

void note_change(int64 product_id, const Terms& terms) {
    Relation table = table_open(bridge::search_tables().changes, RowExclusiveLock);
    EState* executor = CreateExecutorState();
    ResultRelInfo* target = makeNode(ResultRelInfo);
    InitResultRelInfo(target, table, 0, nullptr, 0);
    ExecOpenIndices(target, false);
    TupleTableSlot* slot = table_slot_create(table, nullptr);
    slot->tts_values[0] = Int64GetDatum(product_id);
    slot->tts_values[1] = Int64GetDatum(next_change());
    slot->tts_values[2] = texts_of(terms);
    slot->tts_values[3] = occurrences_of(terms);
    memset(slot->tts_isnull, 0, sizeof(bool) * 4);
    ExecStoreVirtualTuple(slot);
    table_tuple_insert(table, slot, GetCurrentCommandId(true), 0, nullptr);
    list_free(compat::insert_index_tuples(target, slot, executor));
    ExecDropSingleTupleTableSlot(slot);
    ExecCloseIndices(target);
    FreeExecutorState(executor);
    table_close(table, NoLock);
}

void Changes::open() {
    const bridge::SearchTables& tables = bridge::search_tables();
    cursor_.open(tables.changes, tables.changes_key, 1);
    any_ = RelationGetNumberOfBlocks(cursor_.table) > 0;
}

int Changes::find(const Terms& terms, ChangedProduct** rows) {
    if (!any_) {
        return 0;
    }
    bridge::Parameters parameters;
    parameters.add(TEXTARRAYOID, texts_of(terms));
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    execute_by_index("SELECT c.product_id, c.change_id, c.terms, c.occurrences FROM shopsmart.search_changes c"
                     " WHERE c.terms OPERATOR(pg_catalog.&&) $1", parameters);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    const int count = static_cast<int>(SPI_processed);
    *rows = static_cast<ChangedProduct*>(palloc(sizeof(ChangedProduct) * (count + 1)));
    for (int i = 0; i < count; i++) {
        CHECK_FOR_INTERRUPTS();
        Datum values[4];
        bool nulls[4];
        heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
        (*rows)[i] = {DatumGetInt64(values[0]), DatumGetInt64(values[1]),
                      occurrences_of_query(terms, DatumGetArrayTypeP(values[2]), DatumGetArrayTypeP(values[3]))};
    }
    MemoryContextSwitchTo(connected);
    bridge::finish();
    return count;
}

int64 Changes::last_change(int64 product_id) {
    if (!any_) {
        return 0;
    }
    const Datum key = Int64GetDatum(product_id);
    cursor_.seek(&key);
    int64 last = 0;
    while (cursor_.next()) {
        bool is_null;
        last = DatumGetInt64(slot_getattr(cursor_.slot, 2, &is_null));
    }
    return last;
}

void Changes::close() { cursor_.close(); }

}  // namespace shopsmart::search
