// shopsmart_similar, shopsmart_bought_together and shopsmart.product_exists.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"

#include "ranking/eligibility.hpp"
#include "ranking/product_reader.hpp"

using namespace shopsmart;

namespace {

// The products as a history of one event of weight 1 each.
ranking::History as_history(const int64* product_ids, int count) {
    ranking::History history{static_cast<ranking::HistoryEvent*>(palloc0(sizeof(ranking::HistoryEvent) * std::max(count, 1))), count};
    for (int i = 0; i < count; i++) {
        history.events[i].product_id = product_ids[i];
        history.events[i].weight = 1;
    }
    return history;
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_product_exists) {
    return BoolGetDatum(ranking::product_exists(bridge::shop_tables(), PG_GETARG_INT64(0)));
}

SHOPSMART_FUNCTION(shopsmart_similar) {
    const int64 product_id = bridge::required_int64(fcinfo, 0, "product_id");
    const int k = bridge::required_k(fcinfo, 1);
    Jsonb* filter = PG_ARGISNULL(2) ? nullptr : PG_GETARG_JSONB_P(2);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, filter, false, 0);
    if (!ranking::product_exists(shop, product_id)) {
        return Datum{0};
    }
    ranking::StreamRequest request{};
    request.shop = &shop;
    request.history = as_history(&product_id, 1);
    request.leave_out_history = true;
    request.first_strategy = ranking::Strategy::similar;
    request.personalized = true;
    request.predicate = &predicate;

    ranking::Stream stream;
    stream.open(request);
    ranking::Eligibility eligibility;
    eligibility.open(shop, predicate, nullptr, 0);
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(stream, eligibility, k, best);
    eligibility.close();
    stream.close();

    for (int i = 0; i < count; i++) {
        const bool is_similar = best[i].strategy == ranking::Strategy::similar;
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score),
                                Int32GetDatum(is_similar ? best[i].candidate->co_count : 0),
                                PointerGetDatum(cstring_to_text(ranking::strategy_name(best[i].strategy)))};
        const bool nulls[] = {false, false, false, !is_similar, false};
        rows.add(values, nulls);
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
    // A product that stands in the cart twice counts once, one that is gone not at all.
    ranking::IdSet in_cart;
    in_cart.init(cart.count);
    auto* distinct = static_cast<int64*>(palloc(sizeof(int64) * std::max(cart.count, 1)));
    int distinct_count = 0;
    for (int i = 0; i < cart.count; i++) {
        if (in_cart.insert(cart.values[i]) && ranking::product_exists(shop, cart.values[i])) {
            distinct[distinct_count++] = cart.values[i];
        }
    }
    ranking::NeighborReader reader;
    if (!reader.open_kept("baskets")) {
        return Datum{0};
    }
    core::CandidateTable candidates = ranking::score_history(as_history(distinct, distinct_count), reader);
    reader.close();
    candidates.start_popping();

    ranking::Eligibility eligibility;
    eligibility.open(shop, predicate, cart.values, cart.count);
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(candidates, eligibility, k, best);
    eligibility.close();

    const bool nulls[4] = {};
    for (int i = 0; i < count; i++) {
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score),
                                Int32GetDatum(best[i].candidate->co_count)};
        rows.add(values, nulls);
    }
    return Datum{0};
}
