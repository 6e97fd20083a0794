#include "bridge/json_object.hpp"

namespace shopsmart::bridge {

Jsonb* parse_json(const char* json) { return DatumGetJsonbP(DirectFunctionCall1(jsonb_in, CStringGetDatum(json))); }

Jsonb* call_jsonb(PGFunction function, Jsonb* value, const char* key) {
    return DatumGetJsonbP(DirectFunctionCall2(function, JsonbPGetDatum(value), CStringGetTextDatum(key)));
}

bool is_object(Jsonb* value) { return JB_ROOT_IS_OBJECT(value) && !JB_ROOT_IS_SCALAR(value); }

bool holds_key(Jsonb* object, const char* key) {
    return is_object(object) && DatumGetBool(DirectFunctionCall2(jsonb_exists, JsonbPGetDatum(object), CStringGetTextDatum(key)));
}

Jsonb* array_of_string(const char* string) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '[');
    escape_json(&json, string);
    appendStringInfoChar(&json, ']');
    return parse_json(json.data);
}

Jsonb* object_of(const char* key, Jsonb* value) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoChar(&json, '{');
    escape_json(&json, key);
    appendStringInfoString(&json, ": ");
    JsonbToCString(&json, &value->root, static_cast<int>(VARSIZE(value)));
    appendStringInfoChar(&json, '}');
    return parse_json(json.data);
}

Jsonb* concatenated(Jsonb* a, Jsonb* b) { return DatumGetJsonbP(DirectFunctionCall2(jsonb_concat, JsonbPGetDatum(a), JsonbPGetDatum(b))); }

Jsonb* with_field(Jsonb* object, Jsonb* addition) {
    JsonbIterator* iterator = JsonbIteratorInit(&addition->root);
    JsonbValue item;
    JsonbIteratorToken token;
    Jsonb* result = object;
    while ((token = JsonbIteratorNext(&iterator, &item, true)) != WJB_DONE) {
        if (token == WJB_KEY) {
            const char* key = pnstrdup(item.val.string.val, item.val.string.len);
            Jsonb* value = field_of(addition, key);
            result = concatenated(result, object_of(key, holds_key(object, key) ? concatenated(field_of(object, key), value) : value));
        }
    }
    return result;
}

}  // namespace shopsmart::bridge
