// How a model says that histories are to be read for it: parameters of its definition, columns of shopsmart.generations.
#pragma once

#include "bridge/pg.hpp"

#include "core/history_weights.hpp"

namespace shopsmart::bridge {

inline constexpr int kReadingColumns = 4;
inline constexpr int kScoredNeighborsColumn = 3;

// history_events, history_half_life, history_exponent, scored_neighbors.
struct ReadingColumns {
    Datum values[kReadingColumns];
    bool nulls[kReadingColumns];
};

// Appends the values that a jsonb expression has for them, each behind a comma; NULL where it is silent.
void append_reading_of(StringInfo sql, const char* parameters);

// The columns of the row from this one on.
ReadingColumns reading_columns(HeapTuple row, TupleDesc columns, int first);
ReadingColumns reading_columns(TupleTableSlot* slot, int first);

// What is NULL is as the settings of the session say.
core::ReadingOptions reading_of(const ReadingColumns& columns);

}  // namespace shopsmart::bridge
