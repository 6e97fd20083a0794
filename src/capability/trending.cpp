// shopsmart_trending.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"
#include "redis/outbox.hpp"
#include "settings.hpp"

#include "ranking/eligibility.hpp"
#include "ranking/requests.hpp"

using namespace shopsmart;

namespace {

void publish(const char* window, const int64* category_id, int k, const ranking::RankedProduct* rows, int count) {
    redis::Draft draft = redis::new_draft();
    draft.json.begin_trend(window, category_id, draft.unix_time);
    for (int i = 0; i < count; i++) {
        draft.json.add_product(rows[i].product_id, rows[i].score);
    }
    draft.json.finish();
    char id[32];
    const int id_length = category_id == nullptr ? snprintf(id, sizeof id, "%s", window)
                                                  : snprintf(id, sizeof id, "%s:" INT64_FORMAT, window, *category_id);
    redis::publish_answer(draft, {"trend", id, id_length, "trending", k, settings::redis_trending_ttl_seconds()});
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_trending) {
    const int k = bridge::required_k(fcinfo, 0);
    const bool has_category = !PG_ARGISNULL(1);
    const int64 category_id = has_category ? PG_GETARG_INT64(1) : 0;
    const int window = bridge::window_argument(fcinfo, 2);
    Jsonb* filter = PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, filter, has_category, category_id);
    ranking::StreamRequest request = ranking::trend_request(shop, has_category ? &category_id : nullptr, ranking::window_name(window));
    request.last_stage = has_category ? ranking::Stage::category_trending : ranking::Stage::global_trending;
    request.predicate = &predicate;
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(request, nullptr, 0, k, best);

    const bool nulls[3] = {};
    for (int i = 0; i < count; i++) {
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score)};
        rows.add(values, nulls);
    }
    if (filter == nullptr && redis::publishes(shop)) {
        publish(ranking::window_name(window), has_category ? &category_id : nullptr, k, best, count);
    }
    return Datum{0};
}
