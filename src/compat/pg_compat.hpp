// The one drawer for differences between server versions.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::compat {

inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int key_count) {
#if PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, key_count, 0);
#else
    return index_beginscan(table, index, snapshot, key_count, 0);
#endif
}

}  // namespace shopsmart::compat
