#include "bridge/leaf_reader.hpp"

#include "compat/pg_compat.hpp"

namespace shopsmart::bridge {

bool LeafReader::open(Relation table, Oid index) {
    index_ = index_open(index, AccessShareLock);
    // Without included columns, one entry may stand for many rows.
    const bool may_repeat = IndexRelationGetNumberOfAttributes(index_) == IndexRelationGetNumberOfKeyAttributes(index_);
    if (index_->rd_opcintype[0] != INT8OID || index_->rd_opcintype[1] != TIMESTAMPTZOID || may_repeat) {
        index_close(index_, AccessShareLock);
        return false;
    }
    table_ = table;
    leaf_ = InvalidBuffer;
    visibility_buffer_ = InvalidBuffer;
    rows_ = nullptr;
    return true;
}

void LeafReader::set_key(ScanKey key, int attribute, Datum value) const {
    ScanKeyEntryInitializeWithInfo(key, index_->rd_indoption[attribute - 1] << SK_BT_INDOPTION_SHIFT, static_cast<AttrNumber>(attribute), InvalidStrategy,
                                   InvalidOid, InvalidOid, index_getprocinfo(index_, static_cast<AttrNumber>(attribute), BTORDER_PROC), value);
}

void LeafReader::seek(int64 value, TimestampTz bound) {
    value_ = value;
    next_leaf_ = P_NONE;
    copied_ = 0;
    position_ = 0;
    BTScanInsertData key;
    memset(&key, 0, offsetof(BTScanInsertData, scankeys));
    _bt_metaversion(index_, &key.heapkeyspace, &key.allequalimage);
    key.keysz = 2;
    set_key(&key.scankeys[0], 1, Int64GetDatum(value));
    set_key(&key.scankeys[1], 2, TimestampTzGetDatum(bound));
    pgstat_count_index_scan(index_);
    Buffer leaf = InvalidBuffer;
    _bt_freestack(compat::search_btree(index_, table_, &key, &leaf, GetActiveSnapshot()));
    if (!BufferIsValid(leaf)) {
        // Somebody may have inserted the first entry before this lock told him of us: only a second look is sure.
        PredicateLockRelation(index_, GetActiveSnapshot());
        _bt_freestack(compat::search_btree(index_, table_, &key, &leaf, GetActiveSnapshot()));
        if (!BufferIsValid(leaf)) {
            return;
        }
    }
    Page page = BufferGetPage(leaf);
    OffsetNumber low = P_FIRSTDATAKEY(reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page)));
    OffsetNumber high = PageGetMaxOffsetNumber(page) + 1;
    while (low < high) {
        const OffsetNumber middle = low + (high - low) / 2;
        if (_bt_compare(index_, &key, page, middle) > 0) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    copy_entries(leaf, low);
}

// Takes the entries of the value, and gives back the lock.
void LeafReader::copy_entries(Buffer leaf, OffsetNumber from) {
    leaf_ = leaf;
    PredicateLockPage(index_, BufferGetBlockNumber(leaf), GetActiveSnapshot());
    Page page = BufferGetPage(leaf);
    auto* links = reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page));
    next_leaf_ = P_RIGHTMOST(links) ? P_NONE : links->btpo_next;
    copied_ = 0;
    position_ = 0;
    // On a standby, what the primary found dead may be alive for a snapshot.
    const bool skip_dead = !TransactionStartedDuringRecovery();
    const OffsetNumber last = P_IGNORE(links) ? InvalidOffsetNumber : PageGetMaxOffsetNumber(page);
    for (OffsetNumber offset = from; offset <= last; offset++) {
        ItemId item = PageGetItemId(page, offset);
        auto* entry = reinterpret_cast<IndexTuple>(PageGetItem(page, item));
        bool is_null;
        const Datum value = index_getattr(entry, 1, RelationGetDescr(index_), &is_null);
        if (is_null || DatumGetInt64(value) != value_) {
            next_leaf_ = P_NONE;
            break;
        }
        if (!(skip_dead && ItemIdIsDead(item))) {
            memcpy(entries_ + copied_, entry, IndexTupleSize(entry));
            copied_ += MAXALIGN(IndexTupleSize(entry));
        }
    }
    _bt_unlockbuf(index_, leaf);
}

void LeafReader::step_right() {
    CHECK_FOR_INTERRUPTS();
    ReleaseBuffer(leaf_);
    leaf_ = InvalidBuffer;
    Buffer leaf = _bt_getbuf(index_, next_leaf_, BT_READ);
    Page page = BufferGetPage(leaf);
    compat::test_for_old_snapshot(GetActiveSnapshot(), index_, page);
    copy_entries(leaf, P_FIRSTDATAKEY(reinterpret_cast<BTPageOpaque>(PageGetSpecialPointer(page))));
}

bool LeafReader::next() {
    for (;;) {
        while (position_ < copied_) {
            entry_ = reinterpret_cast<IndexTuple>(entries_ + position_);
            position_ += MAXALIGN(IndexTupleSize(entry_));
            if (is_visible(&entry_->t_tid)) {
                pgstat_count_index_tuples(index_, 1);
                return true;
            }
        }
        if (next_leaf_ == P_NONE) {
            return false;
        }
        step_right();
    }
}

bool LeafReader::is_visible(ItemPointer place) {
    const BlockNumber block = ItemPointerGetBlockNumber(place);
    if (VM_ALL_VISIBLE(table_, block, &visibility_buffer_)) {
        PredicateLockPage(table_, block, GetActiveSnapshot());
        return true;
    }
    if (rows_ == nullptr) {
        rows_ = table_index_fetch_begin(table_);
        row_ = table_slot_create(table_, nullptr);
    }
    ItemPointerData chain = *place;
    bool call_again = false;
    bool all_dead = false;
    const bool found = table_index_fetch_tuple(rows_, &chain, GetActiveSnapshot(), row_, &call_again, &all_dead);
    ExecClearTuple(row_);
    return found;
}

void LeafReader::close() {
    if (rows_ != nullptr) {
        table_index_fetch_end(rows_);
        ExecDropSingleTupleTableSlot(row_);
    }
    if (BufferIsValid(visibility_buffer_)) {
        ReleaseBuffer(visibility_buffer_);
    }
    if (BufferIsValid(leaf_)) {
        ReleaseBuffer(leaf_);
    }
    index_close(index_, AccessShareLock);
}

}  // namespace shopsmart::bridge
