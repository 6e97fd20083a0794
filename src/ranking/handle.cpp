#include "ranking/handle.hpp"

#include "bridge/arguments.hpp"
#include "settings.hpp"

namespace shopsmart::ranking {

namespace {

constexpr char kUser[] = "user";
constexpr char kSimilarTo[] = "similar_to";
constexpr char kCart[] = "cart";
constexpr char kTrend[] = "trend";
constexpr char kAnyWindow[] = "*";

Handle* make_handle(HandleKind kind, Size bytes_behind) {
    const Size bytes = offsetof(Handle, products) + bytes_behind;
    auto* handle = static_cast<Handle*>(palloc0(bytes));
    SET_VARSIZE(handle, bytes);
    handle->kind = kind;
    handle->as_of = Handle::kNow;
    handle->window = -1;
    return handle;
}

[[noreturn]] void raise_malformed(const char* text) {
    ereport(ERROR, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION), errmsg("malformed shopsmart_ranking: \"%.64s\"", text),
                    errhint("Write user:ID, similar_to:ID, cart:ID,ID,... or trend:WINDOW:CATEGORY, or call shopsmart_user() and its like.")));
    pg_unreachable();
}

// What stands behind "name" and ':' in the text, else nullptr.
const char* behind(const char* text, const char* name) {
    const size_t length = strlen(name);
    return strncmp(text, name, length) == 0 && text[length] == ':' ? text + length + 1 : nullptr;
}

int64 parse_id(const char* text, const char** end, const char* whole) {
    char* stopped;
    errno = 0;
    const int64 id = strtoi64(text, &stopped, 10);
    if (stopped == text || errno != 0 || isspace(static_cast<unsigned char>(*text))) {
        raise_malformed(whole);
    }
    *end = stopped;
    return id;
}

Handle* parse_user(const char* text) {
    TimestampTz as_of = Handle::kNow;
    const char* id = behind(text, kUser);
    if (id == nullptr) {
        const char* opened = text + strlen(kUser);
        const char* closed = strstr(opened, "):");
        if (*opened != '(' || closed == nullptr) {
            raise_malformed(text);
        }
        char* time = pnstrdup(opened + 1, closed - opened - 1);
        as_of = DatumGetTimestampTz(DirectFunctionCall3(timestamptz_in, CStringGetDatum(time), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1)));
        id = closed + 2;
    }
    return user_handle(id, static_cast<int>(strlen(id)), as_of);
}

Handle* parse_products(HandleKind kind, const char* text, const char* whole) {
    auto* ids = static_cast<int64*>(palloc(sizeof(int64) * bridge::kMaxArrayElements));
    int count = 0;
    const char* at = text;
    while (*at != '\0') {
        if (count == bridge::kMaxArrayElements) {
            raise_malformed(whole);
        }
        ids[count++] = parse_id(at, &at, whole);
        if (*at == ',' && at[1] != '\0') {
            at++;
        } else if (*at != '\0') {
            raise_malformed(whole);
        }
    }
    if (kind == HandleKind::similar_to && count != 1) {
        raise_malformed(whole);
    }
    return products_handle(kind, ids, count);
}

Handle* parse_trend(const char* text, const char* whole) {
    const char* colon = strchr(text, ':');
    const size_t length = colon == nullptr ? strlen(text) : static_cast<size_t>(colon - text);
    int window = -1;
    for (int i = 0; i < settings::kWindowCount; i++) {
        if (strlen(settings::kWindowNames[i]) == length && strncmp(settings::kWindowNames[i], text, length) == 0) {
            window = i;
        }
    }
    if (window < 0 && (length != strlen(kAnyWindow) || strncmp(kAnyWindow, text, length) != 0)) {
        raise_malformed(whole);
    }
    if (colon == nullptr) {
        return trend_handle(nullptr, window);
    }
    const char* end;
    const int64 category_id = parse_id(colon + 1, &end, whole);
    if (*end != '\0') {
        raise_malformed(whole);
    }
    return trend_handle(&category_id, window);
}

}  // namespace

Handle* user_handle(const char* external_id, int length, TimestampTz as_of) {
    if (length < 1 || pg_mbstrlen_with_len(external_id, length) > bridge::kMaxKeyLength) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must have 1 to %d characters", "user_id", bridge::kMaxKeyLength)));
    }
    if (as_of != Handle::kNow && TIMESTAMP_NOT_FINITE(as_of)) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("%s must be finite", "as_of"), errhint("Leave it out to mean now.")));
    }
    Handle* handle = make_handle(HandleKind::user, length);
    handle->as_of = as_of;
    handle->count = length;
    memcpy(handle->external_id(), external_id, length);
    return handle;
}

Handle* products_handle(HandleKind kind, const int64* product_ids, int count) {
    Handle* handle = make_handle(kind, sizeof(int64) * count);
    handle->count = count;
    if (count > 0) {
        memcpy(handle->products, product_ids, sizeof(int64) * count);
    }
    return handle;
}

Handle* trend_handle(const int64* category_id, int window) {
    Handle* handle = make_handle(HandleKind::trend, 0);
    handle->window = window;
    handle->has_category = category_id != nullptr;
    handle->category_id = category_id != nullptr ? *category_id : 0;
    return handle;
}

char* handle_text(const Handle& handle) {
    StringInfoData text;
    initStringInfo(&text);
    switch (handle.kind) {
        case HandleKind::user:
            appendStringInfoString(&text, kUser);
            if (handle.as_of != Handle::kNow) {
                appendStringInfo(&text, "(%s)", timestamptz_to_str(handle.as_of));
            }
            appendStringInfoChar(&text, ':');
            appendBinaryStringInfo(&text, handle.external_id(), handle.count);
            break;
        case HandleKind::similar_to:
        case HandleKind::cart:
            appendStringInfo(&text, "%s:", handle.kind == HandleKind::cart ? kCart : kSimilarTo);
            for (int i = 0; i < handle.count; i++) {
                appendStringInfo(&text, i == 0 ? INT64_FORMAT : "," INT64_FORMAT, handle.products[i]);
            }
            break;
        case HandleKind::trend:
            appendStringInfo(&text, "%s:%s", kTrend, handle.window < 0 ? kAnyWindow : settings::kWindowNames[handle.window]);
            if (handle.has_category) {
                appendStringInfo(&text, ":" INT64_FORMAT, handle.category_id);
            }
            break;
    }
    return text.data;
}

Handle* parse_handle(const char* text) {
    if (strncmp(text, kUser, strlen(kUser)) == 0) {
        return parse_user(text);
    }
    if (const char* id = behind(text, kSimilarTo)) {
        return parse_products(HandleKind::similar_to, id, text);
    }
    if (const char* ids = behind(text, kCart)) {
        return parse_products(HandleKind::cart, ids, text);
    }
    if (const char* window = behind(text, kTrend)) {
        return parse_trend(window, text);
    }
    raise_malformed(text);
}

StreamRequest request_of(const Handle* handle, const bridge::ShopTables& shop) {
    if (handle == nullptr) {
        return user_request(shop, bridge::EventTypes{}, nullptr, 0);
    }
    switch (handle->kind) {
        case HandleKind::user: {
            text* external_id = cstring_to_text_with_len(handle->external_id(), handle->count);
            const TimestampTz as_of = handle->as_of == Handle::kNow ? GetCurrentStatementStartTimestamp() : handle->as_of;
            return user_request(shop, bridge::read_event_types(shop.event_types), external_id, as_of);
        }
        case HandleKind::similar_to:
            return similar_request(shop, handle->products[0]);
        case HandleKind::cart:
            return cart_request(shop, handle->products, handle->count);
        case HandleKind::trend:
            break;
    }
    return trend_request(shop, handle->has_category ? &handle->category_id : nullptr, window_name(handle->window));
}

}  // namespace shopsmart::ranking
