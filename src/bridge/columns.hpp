// Columns of the shop's tables are found by name: a shop may add columns of its own, and an attached partition may hold
// the same columns in another order.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

// The number of a column of an open relation. Raises 55000 when it has none of that name and type.
AttrNumber required_column(Relation relation, const char* name, Oid type);

}  // namespace shopsmart::bridge
