// What each kind of ranking asks the stream for: all products, in its order, to the end.
#pragma once

#include "ranking/stream.hpp"

namespace shopsmart::ranking {

// What answers: a similarity model by its name in shopsmart.trained_models, sessions (session_knn), or trending or popularity
// alone; nullptr stands for what the shop has chosen.
using ModelName = const char*;

// Recommendations for a user; the products of the history are left out. NULL or unknown: nobody's history.
StreamRequest user_request(const bridge::ShopTables& shop, const bridge::EventTypes& types, text* external_id, TimestampTz as_of,
                           ModelName model = nullptr);

// Products like this one.
StreamRequest similar_request(const bridge::ShopTables& shop, int64 product_id, ModelName model = nullptr);

// What is bought together with these products. One that stands there twice counts once, one that the caller cannot see
// not at all.
StreamRequest cart_request(const bridge::ShopTables& shop, const int64* product_ids, int count);

// The window of that number, or the one that shopsmart.trending_window says for -1.
const char* window_name(int window);

// Trending products of a category (nullptr: the whole shop) in a window, then those of the shop.
StreamRequest trend_request(const bridge::ShopTables& shop, const int64* category_id, const char* time_window);

}  // namespace shopsmart::ranking
