// All entries of a unique btree in memory, by key: for scans that look up a large part of a table. Lives in the memory
// context in which it was read, for one run of one scan.
#pragma once

#include "bridge/pg.hpp"
#include "compat/pg_compat.hpp"

namespace shopsmart::order {

class BtreeMap {
public:
    bool is_ready() const { return entries_ != nullptr; }

    // Reads the index of the scan, whose position is lost.
    void read(IndexScanDesc index) {
        IndexScanDesc scan = compat::begin_index_scan(index->heapRelation, index->indexRelation, index->xs_snapshot, 0);
        scan->xs_want_itup = true;
        index_rescan(scan, nullptr, 0, nullptr, 0);
        Size room = 1024;
        auto* entries = static_cast<Entry*>(palloc(sizeof(Entry) * room));
        count_ = 0;
        while (const ItemPointer tid = index_getnext_tid(scan, ForwardScanDirection)) {
            CHECK_FOR_INTERRUPTS();
            if (count_ == room) {
                room *= 2;
                entries = static_cast<Entry*>(repalloc_huge(entries, sizeof(Entry) * room));
            }
            bool is_null;
            entries[count_].key = DatumGetInt64(index_getattr(scan->xs_itup, 1, scan->xs_itupdesc, &is_null));
            entries[count_].tid = *tid;
            count_++;
        }
        index_endscan(scan);
        entries_ = entries;
    }

    // next() then gives the entries of the key.
    void seek(int64 key) {
        key_ = key;
        Size begin = 0;
        Size end = count_;
        while (begin < end) {
            const Size middle = begin + (end - begin) / 2;
            if (entries_[middle].key < key) {
                begin = middle + 1;
            } else {
                end = middle;
            }
        }
        position_ = begin;
    }

    bool next(ItemPointer tid) {
        if (position_ == count_ || entries_[position_].key != key_) {
            return false;
        }
        *tid = entries_[position_++].tid;
        return true;
    }

private:
    struct Entry {
        int64 key;
        ItemPointerData tid;
    };

    Entry* entries_ = nullptr;
    Size count_ = 0;
    Size position_ = 0;
    int64 key_ = 0;
};

}  // namespace shopsmart::order
