// Arrays that the extension keeps in its own tables.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::ranking {

[[noreturn]] inline void raise_damaged() {
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("a stored model of shopsmart is damaged"),
                    errhint("Call shopsmart_rebuild_similarity(), shopsmart_rebuild_sessions() and shopsmart_refresh_trending().")));
    pg_unreachable();
}

// The elements of a stored array, valid as long as the row that it is of, and the current memory context. *count becomes their
// number; when it is not negative before, so many are expected. XX001 when it is not what the extension writes.
template <class Element>
const Element* elements(Datum value, bool is_null, Oid type, int* count) {
    ArrayType* array = is_null ? nullptr : DatumGetArrayTypeP(value);
    if (array == nullptr || ARR_ELEMTYPE(array) != type || ARR_NDIM(array) > 1 || ARR_HASNULL(array)
        || (*count >= 0 && ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array)) != *count)) {
        raise_damaged();
    }
    *count = ArrayGetNItems(ARR_NDIM(array), ARR_DIMS(array));
    return reinterpret_cast<const Element*>(ARR_DATA_PTR(array));
}

template <class Element>
const Element* elements(TupleTableSlot* slot, int column, Oid type, int* count) {
    bool is_null;
    const Datum value = slot_getattr(slot, column, &is_null);
    return elements<Element>(value, is_null, type, count);
}

template <class Element>
const Element* elements(HeapTuple row, TupleDesc columns, int column, Oid type, int* count) {
    bool is_null;
    const Datum value = heap_getattr(row, column, columns, &is_null);
    return elements<Element>(value, is_null, type, count);
}

}  // namespace shopsmart::ranking
