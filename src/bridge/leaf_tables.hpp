// Reading the whole of a table without SQL, whatever its partitions.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

// after < occurred_at <= up_to
struct TimeRange {
    TimestampTz after;
    TimestampTz up_to;
};

// Raises 42501 unless the caller may read every row: he may SELECT and no row security applies to him.
void require_all_rows(Oid relation);

// The tables (a list of OIDs) that hold the rows: the table itself, its children, or its partitions in the order of
// their bounds, but for those whose bounds on occurred_at lie outside the range. All stay locked to the end of the
// transaction.
List* leaf_tables(Oid relation, const TimeRange* range = nullptr);

}  // namespace shopsmart::bridge
