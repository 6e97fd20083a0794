// Small JSON objects put together and taken apart.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

// The text must be JSON.
Jsonb* parse_json(const char* json);
Jsonb* call_jsonb(PGFunction function, Jsonb* value, const char* key);

bool is_object(Jsonb* value);
// false for what is no object.
bool holds_key(Jsonb* object, const char* key);
inline Jsonb* field_of(Jsonb* object, const char* key) { return call_jsonb(jsonb_object_field, object, key); }
inline Jsonb* without_key(Jsonb* object, const char* key) { return call_jsonb(jsonb_delete, object, key); }
// ["string"]
Jsonb* array_of_string(const char* string);
// {key: value}
Jsonb* object_of(const char* key, Jsonb* value);
// Keys of the second win.
Jsonb* concatenated(Jsonb* a, Jsonb* b);
// The object and {key: value}, put together: arrays and objects under the same key are concatenated.
Jsonb* with_field(Jsonb* object, Jsonb* addition);

}  // namespace shopsmart::bridge
