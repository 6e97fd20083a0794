// The SQL type shopsmart_ranking: names an order of all products without computing it.
#pragma once

#include "bridge/pg.hpp"

#include <type_traits>

#include "ranking/requests.hpp"

namespace shopsmart::ranking {

enum class HandleKind : int32 { user, similar_to, cart, trend };

// The stored form. Bytes that mean nothing for a kind are zero, so that equal handles are equal bytes.
struct Handle {
    char header[VARHDRSZ];
    HandleKind kind;
    TimestampTz as_of;     // user; kNow when none is given
    int32 window;          // trend: of settings::kWindowNames; -1: as shopsmart.trending_window says
    int32 has_category;    // trend
    int64 category_id;     // trend
    int32 count;           // user: bytes of the external id; similar_to, cart: products
    int32 unused;
    int64 products[FLEXIBLE_ARRAY_MEMBER];  // or the external id

    static constexpr TimestampTz kNow = DT_NOBEGIN;
    const char* external_id() const { return reinterpret_cast<const char*>(products); }
    char* external_id() { return reinterpret_cast<char*>(products); }
};

static_assert(std::is_trivially_copyable_v<Handle> && std::is_standard_layout_v<Handle>);

Handle* user_handle(const char* external_id, int length, TimestampTz as_of);
Handle* products_handle(HandleKind kind, const int64* product_ids, int count);
Handle* trend_handle(const int64* category_id, int window);

// user:ana   user(2026-01-31 00:00:00+00):ana   similar_to:17   cart:17,4   trend:7d   trend:7d:3   trend:*
char* handle_text(const Handle& handle);
// Raises 22P02, or what the function of that kind raises.
Handle* parse_handle(const char* text);

// What the handle asks the stream for; nullptr asks for what nobody in particular is shown.
StreamRequest request_of(const Handle* handle, const bridge::ShopTables& shop);

}  // namespace shopsmart::ranking
