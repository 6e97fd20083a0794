// shopsmart_recommend, shopsmart_next and shopsmart_explain.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"
#include "redis/outbox.hpp"
#include "settings.hpp"

#include "ranking/eligibility.hpp"
#include "ranking/product_reader.hpp"
#include "ranking/requests.hpp"

#include <algorithm>

using namespace shopsmart;

namespace {

// The event types of the argument `again`, by their number; nullptr when it is NULL or empty.
const bool* again_argument(FunctionCallInfo fcinfo, int position, const bridge::EventTypes& types) {
    if (PG_NARGS() <= position || PG_ARGISNULL(position)) {
        return nullptr;
    }
    const bridge::Elements names = bridge::array_argument(fcinfo, position, "again", TEXTOID);
    auto* again = static_cast<bool*>(palloc0(sizeof(bool) * std::max(types.count, 1)));
    for (int i = 0; i < names.count; i++) {
        again[bridge::required_event_type(types, names.values[i], "again")] = true;
    }
    return names.count > 0 ? again : nullptr;
}

void publish(const text* user, int k, const ranking::RankedProduct* rows, int count) {
    const char* id = VARDATA_ANY(user);
    const int id_length = VARSIZE_ANY_EXHDR(user);
    redis::Draft draft = redis::new_draft();
    draft.json.begin_user({id, static_cast<Size>(id_length)}, draft.unix_time);
    for (int i = 0; i < count; i++) {
        draft.json.add_product(rows[i].product_id, rows[i].score);
        draft.json.add_strategy(ranking::strategy_name(rows[i].strategy));
        const core::Reasons reasons = rows[i].candidate == nullptr ? core::Reasons{} : core::reasons_of(*rows[i].candidate);
        draft.json.add_reasons(reasons.seeds, reasons.count);
    }
    draft.json.finish();
    redis::publish_answer(draft, {"user", id, id_length, "recommend", k, settings::redis_recommend_ttl_seconds()});
}

// otherwise: what answers where the caller names none.
Datum recommend(FunctionCallInfo fcinfo, ranking::ModelName otherwise) {
    text* external_id = bridge::required_text(fcinfo, 0, "user_id", bridge::kMaxKeyLength);
    const int k = bridge::required_k(fcinfo, 1);
    const bool has_category = !PG_ARGISNULL(2);
    const int64 category_id = has_category ? PG_GETARG_INT64(2) : 0;
    Jsonb* filter = PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3);
    const bridge::Int64Array exclude = bridge::int64_array_argument(fcinfo, 4, "exclude");
    const TimestampTz as_of = bridge::as_of_argument(fcinfo, 5);
    const bool include_seen = !PG_ARGISNULL(6) && PG_GETARG_BOOL(6);
    const char* model = bridge::model_argument(fcinfo, 7);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, filter, has_category, category_id);
    const bridge::EventTypes types = bridge::read_event_types(shop.event_types);

    ranking::StreamRequest request = ranking::user_request(shop, types, external_id, as_of, model == nullptr ? otherwise : model);
    request.leave_out_history = !include_seen;
    request.again = again_argument(fcinfo, 8, types);
    if (has_category) {
        request.has_category = true;
        request.category_id = category_id;
    }
    request.predicate = &predicate;
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(request, exclude.values, exclude.count, k, best);

    const bool nulls[5] = {};
    const text* strategy = nullptr;
    for (int i = 0; i < count; i++) {
        if (i == 0 || best[i].strategy != best[i - 1].strategy) {
            strategy = cstring_to_text(ranking::strategy_name(best[i].strategy));
        }
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score), PointerGetDatum(strategy),
                                ranking::reasons_array(best[i].candidate)};
        rows.add(values, nulls);
    }
    const bool is_plain = otherwise == nullptr && !has_category && filter == nullptr && exclude.count == 0 && PG_ARGISNULL(5) && !include_seen
                          && model == nullptr && request.again == nullptr;
    if (is_plain && redis::publishes(shop)) {
        publish(external_id, k, best, count);
    }
    return Datum{0};
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_recommend) { return recommend(fcinfo, nullptr); }

SHOPSMART_FUNCTION(shopsmart_next) { return recommend(fcinfo, "session_knn"); }

SHOPSMART_FUNCTION(shopsmart_explain) {
    text* external_id = bridge::required_text(fcinfo, 0, "user_id", bridge::kMaxKeyLength);
    const int64 product_id = bridge::required_int64(fcinfo, 1, "product_id");
    const TimestampTz as_of = bridge::as_of_argument(fcinfo, 2);
    const char* model = bridge::model_argument(fcinfo, 3);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    if (!ranking::product_exists(shop, product_id)) {
        return Datum{0};
    }
    const bridge::EventTypes types = bridge::read_event_types(shop.event_types);
    const ranking::StreamRequest request = ranking::user_request(shop, types, external_id, as_of, model);
    const ranking::History& history = request.history;
    ranking::begin_answer();
    ranking::NeighborReader reader;
    if (history.count == 0 || !reader.open_scored(request.generation, request.reading.scored_neighbors)) {
        return Datum{0};
    }
    for (int i = 0; i < history.count; i++) {
        const ranking::HistoryEvent& event = history.events[i];
        if (event.weight <= 0) {
            continue;
        }
        const ranking::NeighborList list = reader.fetch(event.product_id);
        for (int n = 0; n < list.count; n++) {
            if (list.ids[n] != product_id) {
                continue;
            }
            const bridge::EventTypes::Entry& type = types.entries[event.type];
            const Datum values[] = {Int64GetDatum(event.product_id), PointerGetDatum(cstring_to_text_with_len(type.name, type.length)),
                                    TimestampTzGetDatum(event.occurred_at), Float8GetDatum(event.weight), Float8GetDatum(list.scores[n]),
                                    Float8GetDatum(event.weight * list.scores[n])};
            const bool nulls[6] = {};
            rows.add(values, nulls);
        }
    }
    reader.close();
    return Datum{0};
}
