#include "ranking/requests.hpp"

#include <algorithm>

#include "ranking/product_reader.hpp"
#include "settings.hpp"

namespace shopsmart::ranking {

namespace {

StreamRequest whole_catalog(const bridge::ShopTables& shop) {
    StreamRequest request{};
    request.shop = &shop;
    request.leave_out_history = true;
    request.reading = settings::reading();
    request.time_window = window_name(-1);
    request.first_fallback = Stage::category_trending;
    request.last_stage = Stage::newest;
    return request;
}

// The products as a history of one event of weight 1 each.
History as_history(const bridge::ShopTables& shop, const int64* product_ids, int count) {
    History history{static_cast<HistoryEvent*>(palloc0(sizeof(HistoryEvent) * std::max(count, 1))), 0, 0};
    IdSet known;
    known.init(count);
    for (int i = 0; i < count; i++) {
        if (known.insert(product_ids[i]) && product_exists(shop, product_ids[i])) {
            HistoryEvent& event = history.events[history.count];
            event.product_id = product_ids[i];
            event.weight = 1;
            event.first_of_product = history.count++;
        }
    }
    return history;
}

// The stages of the model, with neighbors or without, and how it wants the history to be read.
void use_model(StreamRequest& request, ModelName model) {
    if (model == nullptr) {
        request.generation = default_generation(&request.reading);
    } else if (strcmp(model, "trending") == 0 || strcmp(model, "popularity") == 0) {
        request.has_neighbors = false;
        request.first_fallback = *model == 't' ? Stage::global_trending : Stage::popular;
    } else if (strcmp(model, "session_knn") == 0 && request.first_strategy == Strategy::personalized) {
        request.first_strategy = Strategy::session;
    } else {
        request.generation = trained_generation(model, &request.reading);
    }
}

}  // namespace

const char* window_name(int window) { return settings::kWindowNames[window < 0 ? static_cast<int>(settings::trending_window()) : window]; }

StreamRequest user_request(const bridge::ShopTables& shop, const bridge::EventTypes& types, text* external_id, TimestampTz as_of,
                           ModelName model) {
    StreamRequest request = whole_catalog(shop);
    request.first_strategy = Strategy::personalized;
    request.has_neighbors = true;
    use_model(request, model);
    int64 user_id;
    if (external_id != nullptr && find_user(shop, external_id, &user_id)) {
        request.history = read_history(shop, types, user_id, as_of, request.reading.history);
    }
    const int least_events = request.first_strategy == Strategy::session ? 1 : settings::personalized_from();
    request.has_neighbors = request.has_neighbors && request.history.count >= least_events;
    request.interleaved = request.has_neighbors && request.first_strategy == Strategy::personalized
                          && request.history.count < settings::personalized_first_from();
    return request;
}

StreamRequest similar_request(const bridge::ShopTables& shop, int64 product_id, ModelName model) {
    StreamRequest request = whole_catalog(shop);
    request.history = as_history(shop, &product_id, 1);
    request.first_strategy = Strategy::similar;
    request.has_neighbors = true;
    use_model(request, model);
    return request;
}

StreamRequest cart_request(const bridge::ShopTables& shop, const int64* product_ids, int count) {
    StreamRequest request = whole_catalog(shop);
    request.history = as_history(shop, product_ids, count);
    request.first_strategy = Strategy::bought_together;
    request.has_neighbors = true;
    request.generation = bridge::current_generation("baskets");
    return request;
}

StreamRequest trend_request(const bridge::ShopTables& shop, const int64* category_id, const char* time_window) {
    StreamRequest request = whole_catalog(shop);
    request.first_strategy = Strategy::global_trending;
    request.has_category = category_id != nullptr;
    request.category_id = category_id != nullptr ? *category_id : 0;
    request.time_window = time_window;
    return request;
}

}  // namespace shopsmart::ranking
