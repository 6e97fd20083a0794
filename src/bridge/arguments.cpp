#include "bridge/arguments.hpp"

#include "settings.hpp"

namespace shopsmart::bridge {

namespace {

[[noreturn]] void raise_bad_length(const char* name, int max_length) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must have 1 to %d characters", name, max_length)));
    pg_unreachable();
}

}  // namespace

void require_not_null(FunctionCallInfo fcinfo, int position, const char* name) {
    if (PG_ARGISNULL(position)) {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not be null", name)));
    }
}

text* required_text(FunctionCallInfo fcinfo, int position, const char* name, int max_length) {
    require_not_null(fcinfo, position, name);
    // The size in bytes is known without decompressing, and settles the matter for a huge text.
    const Size bytes = toast_raw_datum_size(PG_GETARG_DATUM(position)) - VARHDRSZ;
    if (bytes == 0 || bytes > static_cast<Size>(max_length) * pg_database_encoding_max_length()) {
        raise_bad_length(name, max_length);
    }
    text* value = PG_GETARG_TEXT_PP(position);
    if (bytes > static_cast<Size>(max_length) && pg_mbstrlen_with_len(VARDATA_ANY(value), static_cast<int>(bytes)) > max_length) {
        raise_bad_length(name, max_length);
    }
    return value;
}

text* optional_text(FunctionCallInfo fcinfo, int position, const char* name, int max_length) {
    return PG_ARGISNULL(position) ? nullptr : required_text(fcinfo, position, name, max_length);
}

int64 required_int64(FunctionCallInfo fcinfo, int position, const char* name) {
    require_not_null(fcinfo, position, name);
    return PG_GETARG_INT64(position);
}

int32 required_k(FunctionCallInfo fcinfo, int position) {
    require_not_null(fcinfo, position, "k");
    const int32 k = PG_GETARG_INT32(position);
    if (k < 1 || k > kMaxK) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("k must be between 1 and %d", kMaxK), errdetail("It is %d.", k)));
    }
    return k;
}

TimestampTz finite_timestamp(FunctionCallInfo fcinfo, int position, const char* name, TimestampTz otherwise) {
    if (PG_ARGISNULL(position)) {
        return otherwise;
    }
    const TimestampTz value = PG_GETARG_TIMESTAMPTZ(position);
    if (TIMESTAMP_NOT_FINITE(value)) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", name), errhint("Leave it out to mean now.")));
    }
    return value;
}

TimestampTz as_of_argument(FunctionCallInfo fcinfo, int position) {
    return finite_timestamp(fcinfo, position, "as_of", GetCurrentStatementStartTimestamp());
}

const char* model_argument(FunctionCallInfo fcinfo, int position) {
    text* name = PG_NARGS() <= position ? nullptr : optional_text(fcinfo, position, "model", kMaxModelName);
    return name == nullptr ? nullptr : text_to_cstring(name);
}

int window_argument(FunctionCallInfo fcinfo, int position) {
    if (PG_ARGISNULL(position)) {
        return -1;
    }
    text* asked = PG_GETARG_TEXT_PP(position);
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(asked));
    for (int i = 0; i < settings::kWindowCount; i++) {
        if (static_cast<int>(strlen(settings::kWindowNames[i])) == length && memcmp(VARDATA_ANY(asked), settings::kWindowNames[i], length) == 0) {
            return i;
        }
    }
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                    errmsg("unknown time_window \"%.*s\"", pg_mbcliplen(VARDATA_ANY(asked), length, 64), VARDATA_ANY(asked)),
                    errhint("Choose 24h, 7d or 30d.")));
    pg_unreachable();
}

namespace {

// Returns the number of elements.
int check_array(ArrayType* array, const char* name) {
    if (ARR_NDIM(array) > 1) {
        ereport(ERROR, (errcode(ERRCODE_ARRAY_SUBSCRIPT_ERROR), errmsg("%s must be an array of one dimension", name),
                        errdetail("It has %d dimensions.", ARR_NDIM(array))));
    }
    const int count = ARR_NDIM(array) == 0 ? 0 : ARR_DIMS(array)[0];
    if (count > kMaxArrayElements) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must have at most %d elements", name, kMaxArrayElements),
                        errdetail("It has %d.", count)));
    }
    if (array_contains_nulls(array)) {
        ereport(ERROR, (errcode(ERRCODE_NULL_VALUE_NOT_ALLOWED), errmsg("%s must not contain null", name)));
    }
    return count;
}

}  // namespace

Int64Array int64_array_argument(FunctionCallInfo fcinfo, int position, const char* name, bool required) {
    if (required) {
        require_not_null(fcinfo, position, name);
    } else if (PG_ARGISNULL(position)) {
        return {nullptr, 0};
    }
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(position);
    const int count = check_array(array, name);
    Assert(ARR_ELEMTYPE(array) == INT8OID);
    // An array may carry a null bitmap although no element is null; ARR_DATA_PTR steps over it.
    return {reinterpret_cast<const int64*>(ARR_DATA_PTR(array)), count};
}

Elements array_argument(FunctionCallInfo fcinfo, int position, const char* name, Oid element_type) {
    require_not_null(fcinfo, position, name);
    ArrayType* array = PG_GETARG_ARRAYTYPE_P(position);
    check_array(array, name);
    Assert(ARR_ELEMTYPE(array) == element_type);
    int16 length;
    bool by_value;
    char alignment;
    get_typlenbyvalalign(element_type, &length, &by_value, &alignment);
    Elements elements;
    bool* nulls;
    deconstruct_array(array, element_type, length, by_value, alignment, &elements.values, &nulls, &elements.count);
    return elements;
}

}  // namespace shopsmart::bridge
