#include "bridge/bulk_writer.hpp"

#include "compat/pg_compat.hpp"

namespace shopsmart::bridge {

void BulkWriter::open(Oid table) {
    const AclResult allowed = pg_class_aclcheck(table, GetUserId(), ACL_INSERT);
    if (allowed != ACLCHECK_OK) {
        aclcheck_error(allowed, OBJECT_TABLE, get_rel_name(table));
    }
    if (check_enable_rls(table, InvalidOid, true) == RLS_ENABLED) {
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("row security applies to you on table \"%s\"", get_rel_name(table)),
                        errhint("Call as the owner of the table or as a role with BYPASSRLS.")));
    }
    relation_ = table_open(table, RowExclusiveLock);
    value_memory_ = AllocSetContextCreate(CurrentMemoryContext, "shopsmart rows", ALLOCSET_DEFAULT_SIZES);
    executor_ = CreateExecutorState();
    target_ = makeNode(ResultRelInfo);
    InitResultRelInfo(target_, relation_, 0, nullptr, 0);
    ExecOpenIndices(target_, false);
    for (TupleTableSlot*& slot : slots_) {
        slot = table_slot_create(relation_, nullptr);
    }
    filled_ = 0;
}

void BulkWriter::add(const Datum* values) {
    TupleTableSlot* slot = slots_[filled_];
    const int columns = slot->tts_tupleDescriptor->natts;
    memcpy(slot->tts_values, values, sizeof(Datum) * columns);
    memset(slot->tts_isnull, 0, sizeof(bool) * columns);
    ExecStoreVirtualTuple(slot);
    if (++filled_ == kBatchRows) {
        flush();
    }
}

void BulkWriter::flush() {
    // Without a bulk-insert strategy: it would push the new model out of the shared buffers, and readers want it next.
    MemoryContext callers = MemoryContextSwitchTo(GetPerTupleMemoryContext(executor_));
    table_multi_insert(relation_, slots_, filled_, GetCurrentCommandId(true), 0, nullptr);
    MemoryContextSwitchTo(callers);
    for (int i = 0; i < filled_; i++) {
        list_free(compat::insert_index_tuples(target_, slots_[i], executor_));
        ExecClearTuple(slots_[i]);
    }
    filled_ = 0;
    ResetPerTupleExprContext(executor_);
    MemoryContextReset(value_memory_);
}

void BulkWriter::close() {
    if (filled_ > 0) {
        flush();
    }
    for (TupleTableSlot* slot : slots_) {
        ExecDropSingleTupleTableSlot(slot);
    }
    ExecCloseIndices(target_);
    FreeExecutorState(executor_);
    MemoryContextDelete(value_memory_);
    table_close(relation_, NoLock);
}

}  // namespace shopsmart::bridge
