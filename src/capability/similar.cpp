// shopsmart_similar, shopsmart_bought_together and shopsmart.product_exists.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"
#include "redis/outbox.hpp"
#include "settings.hpp"

#include "ranking/eligibility.hpp"
#include "ranking/product_reader.hpp"
#include "ranking/requests.hpp"
#include "search/content.hpp"
#include "search/likeness.hpp"

using namespace shopsmart;

namespace {

void publish(int64 product_id, int k, const ranking::RankedProduct* rows, int count) {
    redis::Draft draft = redis::new_draft();
    draft.json.begin_product(product_id, draft.unix_time);
    for (int i = 0; i < count; i++) {
        draft.json.add_product(rows[i].product_id, rows[i].score);
        if (rows[i].strategy == ranking::Strategy::similar) {
            draft.json.add_co_count(rows[i].candidate->co_count);
        }
        draft.json.add_strategy(ranking::strategy_name(rows[i].strategy));
    }
    draft.json.finish();
    char id[24];
    const int id_length = snprintf(id, sizeof id, INT64_FORMAT, product_id);
    redis::publish_answer(draft, {"product", id, id_length, "similar", k, settings::redis_similar_ttl_seconds()});
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_product_exists) {
    return BoolGetDatum(ranking::product_exists(bridge::shop_tables(), PG_GETARG_INT64(0)));
}

SHOPSMART_FUNCTION(shopsmart_similar) {
    const int64 product_id = bridge::required_int64(fcinfo, 0, "product_id");
    const int k = bridge::required_k(fcinfo, 1);
    Jsonb* filter = PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2);
    const char* model = bridge::model_argument(fcinfo, 3);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, filter, false, 0);
    ranking::StreamRequest request = ranking::similar_request(shop, product_id, model);
    if (request.history.count == 0) {
        return Datum{0};
    }
    search::add_content(request);
    request.predicate = &predicate;
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(request, nullptr, 0, k, best);

    search::Likeness likeness;
    bool has_likeness = false;
    for (int i = 0; i < count; i++) {
        const bool is_similar = best[i].strategy == ranking::Strategy::similar;
        const bool is_content = best[i].strategy == ranking::Strategy::content;
        if (is_content && !has_likeness) {
            likeness.open(shop, product_id);
            has_likeness = true;
        }
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score),
                                Int32GetDatum(is_similar ? best[i].candidate->co_count : 0),
                                PointerGetDatum(cstring_to_text(ranking::strategy_name(best[i].strategy))),
                                is_content ? JsonbPGetDatum(likeness.with(best[i].product_id)) : Datum{0}};
        const bool nulls[] = {false, false, false, !is_similar, false, !is_content};
        rows.add(values, nulls);
    }
    if (filter == nullptr && model == nullptr && redis::publishes(shop)) {
        publish(product_id, k, best, count);
    }
    return Datum{0};
}

SHOPSMART_FUNCTION(shopsmart_bought_together) {
    const bridge::Int64Array cart = bridge::int64_array_argument(fcinfo, 0, "product_ids", true);
    const int k = bridge::required_k(fcinfo, 1);
    Jsonb* filter = PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, filter, false, 0);
    ranking::StreamRequest request = ranking::cart_request(shop, cart.values, cart.count);
    request.last_stage = ranking::Stage::neighbors;
    request.predicate = &predicate;
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(request, nullptr, 0, k, best);

    const bool nulls[4] = {};
    for (int i = 0; i < count; i++) {
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score),
                                Int32GetDatum(best[i].candidate->co_count)};
        rows.add(values, nulls);
    }
    return Datum{0};
}
