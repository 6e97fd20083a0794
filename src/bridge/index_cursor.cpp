#include "bridge/index_cursor.hpp"

#include "compat/pg_compat.hpp"

namespace shopsmart::bridge {

void IndexCursor::open(Oid table_oid, Oid index_oid, int key_count) {
    open(table_open(table_oid, AccessShareLock), index_oid, key_count);
    owns_table_ = true;
}

void IndexCursor::open(Relation open_table, Oid index_oid, int key_count) {
    Assert(key_count <= kMaxKeys);
    table = open_table;
    index = index_open(index_oid, AccessShareLock);
    scan = compat::begin_index_scan(table, index, GetActiveSnapshot(), key_count);
    slot = table_slot_create(table, nullptr);
    keys_ready_ = false;
    owns_table_ = false;
}

void IndexCursor::set_key(int position, StrategyNumber strategy, Datum value) {
    const Oid type = index->rd_opcintype[position];
    RegProcedure comparison = InvalidOid;
    if (strategy == BTEqualStrategyNumber) {
        comparison = type == INT8OID ? F_INT8EQ : type == TEXTOID ? F_TEXTEQ : InvalidOid;
    } else if (strategy == BTGreaterEqualStrategyNumber && type == TEXTOID) {
        comparison = F_TEXT_GE;
    }
    if (!OidIsValid(comparison)) {
        elog(ERROR, "no comparison for column %d of index %u", position + 1, RelationGetRelid(index));
    }
    ScanKeyEntryInitialize(&keys_[position], 0, static_cast<AttrNumber>(position + 1), strategy, InvalidOid,
                           index->rd_indcollation[position], comparison, value);
}

void IndexCursor::seek(const Datum* values) {
    for (int i = 0; i < scan->numberOfKeys; i++) {
        if (keys_ready_) {
            keys_[i].sk_argument = values[i];
        } else {
            set_key(i, BTEqualStrategyNumber, values[i]);
        }
    }
    keys_ready_ = true;
    ended_ = false;
    index_rescan(scan, keys_, scan->numberOfKeys, nullptr, 0);
}

void IndexCursor::seek_from(const Datum* values, Datum bound) {
    const int bounded = scan->numberOfKeys - 1;
    for (int i = 0; i < bounded; i++) {
        set_key(i, BTEqualStrategyNumber, values[i]);
    }
    set_key(bounded, BTGreaterEqualStrategyNumber, bound);
    keys_ready_ = false;
    ended_ = false;
    index_rescan(scan, keys_, scan->numberOfKeys, nullptr, 0);
}

bool IndexCursor::next() {
    // Asked again at its end, a btree scan would begin anew.
    while (!ended_) {
        const ItemPointerData* next_entry = index_getnext_tid(scan, ForwardScanDirection);
        ended_ = next_entry == nullptr;
        if (!ended_) {
            entry = *next_entry;
            if (index_fetch_heap(scan, slot)) {
                return true;
            }
        }
    }
    return false;
}

void IndexCursor::close() {
    ExecDropSingleTupleTableSlot(slot);
    index_endscan(scan);
    index_close(index, AccessShareLock);
    if (owns_table_) {
        table_close(table, AccessShareLock);
    }
}

}  // namespace shopsmart::bridge
