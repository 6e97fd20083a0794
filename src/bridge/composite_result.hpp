// The one row of a function with OUT parameters.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

// One value for each OUT parameter; none is NULL unless `nulls` says so.
inline Datum composite_result(FunctionCallInfo fcinfo, const Datum* values, const bool* nulls = nullptr) {
    TupleDesc columns;
    if (get_call_result_type(fcinfo, nullptr, &columns) != TYPEFUNC_COMPOSITE) {
        elog(ERROR, "function returning a row called where no row can be taken");
    }
    columns = BlessTupleDesc(columns);
    bool* no_nulls = static_cast<bool*>(palloc0(sizeof(bool) * columns->natts));
    return HeapTupleGetDatum(heap_form_tuple(columns, const_cast<Datum*>(values), nulls == nullptr ? no_nulls : const_cast<bool*>(nulls)));
}

}  // namespace shopsmart::bridge
