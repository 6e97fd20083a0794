// The entries of a unique btree from the highest key down, some at a time. Between two calls no page of the index is
// pinned: a cursor that rests among them would keep VACUUM waiting, and the replay of a VACUUM on a standby.
#pragma once

#include "bridge/pg.hpp"
#include "compat/pg_compat.hpp"

#include <algorithm>

namespace shopsmart::order {

class DescendingKeys {
public:
    // Of the index of the scan, with its snapshot.
    bool next(IndexScanDesc index, int64* key, ItemPointer tid) {
        if (position_ == count_ && !complete_) {
            read(index);
        }
        if (position_ == count_) {
            return false;
        }
        *key = entries_[position_].key;
        *tid = entries_[position_++].tid;
        return true;
    }

private:
    struct Entry {
        int64 key;
        ItemPointerData tid;
    };
    static constexpr Size kFirst = 64;
    static constexpr Size kMost = 4096;

    // The next entries, up to the end of a key.
    void read(IndexScanDesc index) {
        wanted_ = std::clamp(2 * wanted_, kFirst, kMost);
        if (entries_ == nullptr) {
            room_ = kFirst;
            entries_ = static_cast<Entry*>(palloc(sizeof(Entry) * room_));
        }
        const int64 last_key = count_ > 0 ? entries_[count_ - 1].key : 0;
        IndexScanDesc scan = compat::begin_index_scan(index->heapRelation, index->indexRelation, index->xs_snapshot, 1);
        scan->xs_want_itup = true;
        ScanKeyData below;
        if (count_ > 0) {
            ScanKeyInit(&below, 1, BTLessStrategyNumber, F_INT8LT, Int64GetDatum(last_key));
        } else {
            ScanKeyInit(&below, 1, BTLessEqualStrategyNumber, F_INT8LE, Int64GetDatum(PG_INT64_MAX));
        }
        index_rescan(scan, &below, 1, nullptr, 0);
        position_ = count_ = 0;
        complete_ = true;
        while (const ItemPointer tid = index_getnext_tid(scan, BackwardScanDirection)) {
            CHECK_FOR_INTERRUPTS();
            bool is_null;
            const int64 key = DatumGetInt64(index_getattr(scan->xs_itup, 1, scan->xs_itupdesc, &is_null));
            if (count_ >= wanted_ && key != entries_[count_ - 1].key) {
                complete_ = false;
                break;
            }
            if (count_ == room_) {
                room_ *= 2;
                entries_ = static_cast<Entry*>(repalloc_huge(entries_, sizeof(Entry) * room_));
            }
            entries_[count_++] = {key, *tid};
        }
        index_endscan(scan);
    }

    Entry* entries_ = nullptr;
    Size room_ = 0;
    Size count_ = 0;
    Size position_ = 0;
    Size wanted_ = 0;
    bool complete_ = false;
};

}  // namespace shopsmart::order
