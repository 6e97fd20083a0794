// Reads rows through one btree, in the caller's snapshot, without SQL: the fast half of the read path.
// Callers check rights first (may_read_directly or require_select). No destructor: an error releases everything.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

struct IndexCursor {
    static constexpr int kMaxKeys = 4;

    // Opens table and index; key_count is the number of leading key columns that every seek gives.
    void open(Oid table_oid, Oid index_oid, int key_count);
    // The same on a table that the caller keeps open; close() leaves it open.
    void open(Relation open_table, Oid index_oid, int key_count);
    // Starts at the first row whose leading key columns equal the values, in index order.
    void seek(const Datum* values);
    // The same with equality on all but the last of the columns, and `column >= bound` on that one.
    void seek_from(const Datum* values, Datum bound);
    // The next visible row after seek(), in `slot`; false at the end, however often it is called.
    bool next();
    void close();

    Relation table = nullptr;
    Relation index = nullptr;
    IndexScanDesc scan = nullptr;
    TupleTableSlot* slot = nullptr;
    ItemPointerData entry;  // where the index led for the row in slot: later versions of the row on the same page begin there too

private:
    void set_key(int position, StrategyNumber strategy, Datum value);

    ScanKeyData keys_[kMaxKeys];
    bool keys_ready_ = false;
    bool ended_ = false;
    bool owns_table_ = false;
};

}  // namespace shopsmart::bridge
