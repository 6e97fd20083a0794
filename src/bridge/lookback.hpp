// The look-back of a model: how long before as_of its events begin.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

// The argument; NULL is shopsmart.lookback.
const Interval* lookback_argument(FunctionCallInfo fcinfo, int position);

// as_of - lookback; 22023 unless it lies before as_of. A look-back beyond the beginning of the calendar means all events.
TimestampTz lookback_start(const Interval* lookback, TimestampTz as_of);

}  // namespace shopsmart::bridge
