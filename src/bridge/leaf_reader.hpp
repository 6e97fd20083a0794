// Reads what a btree holds of one value of its first column, from a bound in its second column on, without the server's index
// scan: to set that up and to end it takes as long as to read the ten to fifty entries that are wanted.
//
// The descent is the access method's own (_bt_search). What follows keeps the rules of its index-only scans: entries are
// copied while the leaf is locked, and the leaf stays pinned until all of them are looked at, so that VACUUM cannot give
// their places to other rows meanwhile. Predicate locks are those of such a scan. No destructor: an error releases everything.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

class LeafReader {
public:
    // False when the columns are no bigint and timestamptz, or none is included behind the keys; nothing is open then. The
    // caller keeps the table open.
    bool open(Relation table, Oid index);
    // Starts at the first entry of that value whose second column is not before the bound in index order.
    void seek(int64 value, TimestampTz bound);
    // The next entry whose row the snapshot sees; false at the end.
    bool next();
    // Of the current entry.
    Datum column(int index_attribute, bool* is_null) const { return index_getattr(entry_, index_attribute, RelationGetDescr(index_), is_null); }
    void close();

private:
    void set_key(ScanKey key, int attribute, Datum value) const;
    void copy_entries(Buffer leaf, OffsetNumber from);
    void step_right();
    bool is_visible(ItemPointer place);

    Relation table_;
    Relation index_;
    int64 value_;
    Buffer leaf_;               // pinned, not locked
    BlockNumber next_leaf_;     // P_NONE: no more entries there
    Size copied_;
    Size position_;
    IndexTuple entry_;
    Buffer visibility_buffer_;
    IndexFetchTableData* rows_; // nullptr: no row was needed so far
    TupleTableSlot* row_;
    alignas(MAXIMUM_ALIGNOF) char entries_[BLCKSZ];
};

}  // namespace shopsmart::bridge
