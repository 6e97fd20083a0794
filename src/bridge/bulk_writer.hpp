// Adds many rows to a table of the extension, with its indexes and WAL but without SQL: the way COPY does it.
// Plain memory without a destructor: an error releases what it holds. Triggers do not fire.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

struct BulkWriter {
    // Raises 42501 unless the caller may INSERT.
    void open(Oid table);
    // One row: a value for every column, none NULL. What values point to was allocated in value_memory().
    void add(const Datum* values);
    // Values live here until their row is written.
    MemoryContext value_memory() const { return value_memory_; }
    // Writes what is left.
    void close();

private:
    static constexpr int kBatchRows = 256;

    void flush();

    Relation relation_ = nullptr;
    EState* executor_ = nullptr;
    ResultRelInfo* target_ = nullptr;
    MemoryContext value_memory_ = nullptr;
    TupleTableSlot* slots_[kBatchRows] = {};
    int filled_ = 0;
};

}  // namespace shopsmart::bridge
