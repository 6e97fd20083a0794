// Reads and checks SQL arguments, in plain C style: each bad one raises an error of its own that names it.
// Called first in an entry, before any C++ object lives.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

inline constexpr int kMaxK = 1000;
inline constexpr int kMaxArrayElements = 1000;
inline constexpr int kMaxKeyLength = 255;  // user ids, session ids, idempotency keys
inline constexpr int kMaxModelName = 63;

// Raises 22004 when the argument is NULL.
void require_not_null(FunctionCallInfo fcinfo, int position, const char* name);

// 1 to max_length characters, else 22023. The text may have a short header: read it with VARDATA_ANY.
text* required_text(FunctionCallInfo fcinfo, int position, const char* name, int max_length);
// The same; nullptr for NULL.
text* optional_text(FunctionCallInfo fcinfo, int position, const char* name, int max_length);

int64 required_int64(FunctionCallInfo fcinfo, int position, const char* name);

// The number of rows asked for: 1 to kMaxK.
int32 required_k(FunctionCallInfo fcinfo, int position);

// Finite, else 22023; `otherwise` for NULL.
TimestampTz finite_timestamp(FunctionCallInfo fcinfo, int position, const char* name, TimestampTz otherwise);
// The argument as_of; NULL is the start of the current statement.
TimestampTz as_of_argument(FunctionCallInfo fcinfo, int position);

// The name of a model; nullptr for NULL, or when a call by an older definition of the function does not give it.
const char* model_argument(FunctionCallInfo fcinfo, int position);

// A time_window as an index into settings::kWindowNames; -1 for NULL.
int window_argument(FunctionCallInfo fcinfo, int position);

struct Int64Array {
    const int64* values;
    int count;
};

// One dimension (or empty), no NULL inside, at most kMaxArrayElements elements. NULL is empty unless required.
Int64Array int64_array_argument(FunctionCallInfo fcinfo, int position, const char* name, bool required = false);

// Elements of a text[] or integer[] argument, which must not be NULL; checked like an int64_array_argument.
struct Elements {
    Datum* values;
    int count;
};
Elements array_argument(FunctionCallInfo fcinfo, int position, const char* name, Oid element_type);

}  // namespace shopsmart::bridge
