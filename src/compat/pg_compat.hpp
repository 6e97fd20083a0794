// The one drawer for differences between server versions.
#pragma once

#include "bridge/pg.hpp"

#include <limits>

namespace shopsmart::compat {

inline IndexScanDesc begin_index_scan(Relation table, Relation index, Snapshot snapshot, int key_count) {
#if PG_VERSION_NUM >= 180000
    return index_beginscan(table, index, snapshot, nullptr, key_count, 0);
#else
    return index_beginscan(table, index, snapshot, key_count, 0);
#endif
}

// The leaf of a btree where a key belongs, locked for reading; InvalidBuffer when the btree is empty.
inline BTStack search_btree(Relation index, [[maybe_unused]] Relation table, BTScanInsert key, Buffer* leaf, [[maybe_unused]] Snapshot snapshot) {
#if PG_VERSION_NUM >= 170000
    return _bt_search(index, table, key, leaf, BT_READ);
#elif PG_VERSION_NUM >= 160000
    return _bt_search(index, table, key, leaf, BT_READ, snapshot);
#else
    return _bt_search(index, key, leaf, BT_READ, snapshot);
#endif
}

// old_snapshot_threshold is gone since 17.
inline void test_for_old_snapshot([[maybe_unused]] Snapshot snapshot, [[maybe_unused]] Relation relation, [[maybe_unused]] Page page) {
#if PG_VERSION_NUM < 170000
    TestForOldSnapshot(snapshot, relation, page);
#endif
}

inline Oid primary_key_index(Relation table) {
#if PG_VERSION_NUM >= 180000
    return RelationGetPrimaryKeyIndex(table, false);
#else
    return RelationGetPrimaryKeyIndex(table);
#endif
}

// The entries of one new row in all indexes; returns those to check again later.
inline List* insert_index_tuples(ResultRelInfo* target, TupleTableSlot* slot, EState* executor) {
#if PG_VERSION_NUM >= 160000
    return ExecInsertIndexTuples(target, slot, executor, false, false, nullptr, NIL, false);
#else
    return ExecInsertIndexTuples(target, slot, executor, false, false, nullptr, NIL);
#endif
}

// Whether the server checks a foreign key: 18 knows some that only document.
inline bool is_enforced([[maybe_unused]] const ForeignKeyCacheInfo* key) {
#if PG_VERSION_NUM >= 180000
    return key->conenforced;
#else
    return true;
#endif
}

// Whether the table has columns that only SQL computes: a row of theirs holds no value. 18 knows such.
inline bool has_virtual_columns([[maybe_unused]] Oid relation) {
#if PG_VERSION_NUM >= 180000
    Relation table = table_open(relation, AccessShareLock);
    const TupleConstr* constraints = RelationGetDescr(table)->constr;
    const bool found = constraints != nullptr && constraints->has_generated_virtual;
    table_close(table, AccessShareLock);
    return found;
#else
    return false;
#endif
}

// Makes the planner take any other path. What is disabled weighs more than a cost from 18 on.
inline void refuse_path([[maybe_unused]] IndexPath* path, Cost* startup, Cost* total) {
    *startup = *total = std::numeric_limits<Cost>::infinity();
#if PG_VERSION_NUM >= 180000
    path->path.disabled_nodes += 1000;
#endif
}

// The number of the transaction in this session.
inline LocalTransactionId local_transaction() {
#if PG_VERSION_NUM >= 170000
    return MyProc->vxid.lxid;
#else
    return MyProc->lxid;
#endif
}

// What the server shows of its backend number `index`, counted from 1.
inline PgBackendStatus* backend_status(int index) {
#if PG_VERSION_NUM >= 160000
    LocalPgBackendStatus* local = pgstat_get_local_beentry_by_index(index);
#else
    LocalPgBackendStatus* local = pgstat_fetch_stat_local_beentry(index);
#endif
    return local == nullptr ? nullptr : &local->backendStatus;
}

}  // namespace shopsmart::compat
