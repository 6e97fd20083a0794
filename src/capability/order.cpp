// A ranking as an order of rows: the type shopsmart_ranking, the operator <~>, and the source of the access method.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/composite_result.hpp"
#include "bridge/result_rows.hpp"
#include "bridge/snapshot_key.hpp"

#include <algorithm>

#include "order/ranking_source.hpp"
#include "ranking/handle.hpp"
#include "ranking/total_order.hpp"
#include "search/content.hpp"
#include "settings.hpp"

using namespace shopsmart;

namespace {

const ranking::Handle* handle_argument(FunctionCallInfo fcinfo, int position) {
    return PG_ARGISNULL(position) ? nullptr : reinterpret_cast<const ranking::Handle*>(PG_DETOAST_DATUM(PG_GETARG_DATUM(position)));
}

ranking::StreamRequest request_with_content(const ranking::Handle* handle, const bridge::ShopTables& shop) {
    ranking::StreamRequest request = ranking::request_of(handle, shop);
    search::add_content(request);
    return request;
}

// The order that one place in a query asks about again and again, with all that it depends on.
struct KnownOrder {
    MemoryContext context;  // of what follows, emptied with it
    bool ready;
    bridge::SnapshotKey snapshot;
    settings::RankingSettings settings;
    settings::SearchSettings search_settings;
    const ranking::Handle* handle;
    bridge::ShopTables shop;
    ranking::TotalOrder order;
};

// Queries register the snapshot that they read with. An expression of a procedural function does not: between two of its
// evaluations the function may change what row security goes by, a setting for example, and nothing else would show it.
bool in_query() { return GetActiveSnapshot()->regd_count > 0; }

bool is_about(const KnownOrder& known, const ranking::Handle* handle) {
    if (!known.ready || !in_query() || known.snapshot != bridge::SnapshotKey::current() || known.settings != settings::ranking_settings()
        || known.search_settings != settings::search_settings()) {
        return false;
    }
    if (handle == nullptr || known.handle == nullptr) {
        return handle == known.handle;
    }
    return VARSIZE(handle) == VARSIZE(known.handle) && memcmp(handle, known.handle, VARSIZE(handle)) == 0;
}

void learn(KnownOrder& known, const ranking::Handle* handle) {
    known.ready = false;
    MemoryContextReset(known.context);
    MemoryContext callers = MemoryContextSwitchTo(known.context);
    known.handle = handle == nullptr ? nullptr
                                     : reinterpret_cast<const ranking::Handle*>(DatumGetPointer(datumCopy(PointerGetDatum(handle), false, -1)));
    known.shop = bridge::shop_tables();
    known.order.open(request_with_content(known.handle, known.shop));
    known.snapshot = bridge::SnapshotKey::current();
    known.settings = settings::ranking_settings();
    known.search_settings = settings::search_settings();
    MemoryContextSwitchTo(callers);
    known.ready = true;
}

KnownOrder& known_order(FmgrInfo* call_site) {
    if (call_site->fn_extra == nullptr) {
        auto* known = static_cast<KnownOrder*>(MemoryContextAllocZero(call_site->fn_mcxt, sizeof(KnownOrder)));
        known->context = AllocSetContextCreate(call_site->fn_mcxt, "shopsmart order", ALLOCSET_DEFAULT_SIZES);
        call_site->fn_extra = known;
    }
    return *static_cast<KnownOrder*>(call_site->fn_extra);
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_ranking_in) { return PointerGetDatum(ranking::parse_handle(PG_GETARG_CSTRING(0))); }

SHOPSMART_FUNCTION(shopsmart_ranking_out) { return CStringGetDatum(ranking::handle_text(*handle_argument(fcinfo, 0))); }

SHOPSMART_FUNCTION(shopsmart_user) {
    if (PG_ARGISNULL(0)) {
        PG_RETURN_NULL();
    }
    text* external_id = bridge::required_text(fcinfo, 0, "user_id", bridge::kMaxKeyLength);
    const TimestampTz as_of = PG_ARGISNULL(1) ? ranking::Handle::kNow : bridge::as_of_argument(fcinfo, 1);
    return PointerGetDatum(ranking::user_handle(VARDATA_ANY(external_id), static_cast<int>(VARSIZE_ANY_EXHDR(external_id)), as_of));
}

SHOPSMART_FUNCTION(shopsmart_similar_to) {
    const int64 product_id = PG_GETARG_INT64(0);
    return PointerGetDatum(ranking::products_handle(ranking::HandleKind::similar_to, &product_id, 1));
}

SHOPSMART_FUNCTION(shopsmart_cart) {
    const bridge::Int64Array cart = bridge::int64_array_argument(fcinfo, 0, "product_ids", true);
    return PointerGetDatum(ranking::products_handle(ranking::HandleKind::cart, cart.values, cart.count));
}

SHOPSMART_FUNCTION(shopsmart_trend) {
    const int64 category_id = PG_ARGISNULL(0) ? 0 : PG_GETARG_INT64(0);
    return PointerGetDatum(ranking::trend_handle(PG_ARGISNULL(0) ? nullptr : &category_id, bridge::window_argument(fcinfo, 1)));
}

SHOPSMART_FUNCTION(shopsmart_rank) {
    if (PG_ARGISNULL(0)) {
        PG_RETURN_NULL();
    }
    const ranking::Handle* handle = handle_argument(fcinfo, 1);
    KnownOrder& known = known_order(fcinfo->flinfo);
    if (!is_about(known, handle)) {
        learn(known, handle);
    }
    return Int64GetDatum(known.order.rank(PG_GETARG_INT64(0)));
}

SHOPSMART_FUNCTION(shopsmart_seen) {
    text* external_id = bridge::required_text(fcinfo, 0, "user_id", bridge::kMaxKeyLength);
    const TimestampTz as_of = bridge::as_of_argument(fcinfo, 1);
    bridge::ResultRows rows(fcinfo);
    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::History history = ranking::user_request(shop, bridge::read_event_types(shop.event_types), external_id, as_of).history;
    ranking::IdSet seen;
    seen.init(history.count);
    const bool null = false;
    for (int i = 0; i < history.count; i++) {
        if (seen.insert(history.events[i].product_id)) {
            const Datum product_id = Int64GetDatum(history.events[i].product_id);
            rows.add(&product_id, &null);
        }
    }
    return Datum{0};
}

// ---- the source of the access method ----

namespace {

struct LastScan {
    bool any;
    int64 candidates;
    ShopsmartScanReport report;
};

LastScan last_scan{};

struct Source {
    bridge::ShopTables shop;
    ranking::History history;
    ranking::Stream stream;
    ranking::IdSet ended;
    int end_position;
};

void* open_source(struct varlena* handle) {
    auto* source = static_cast<Source*>(palloc0(sizeof(Source)));
    source->shop = bridge::shop_tables();
    ranking::StreamRequest request = request_with_content(reinterpret_cast<const ranking::Handle*>(handle), source->shop);
    // The access method reads the last stage from the table itself.
    request.last_stage = ranking::Stage::popular;
    source->history = request.history;
    source->stream.open(request);
    source->ended.init(request.history.count);
    return source;
}

bool next_of_source(void* opaque, int64* product_id) {
    ranking::RankedProduct product;
    const bool found = static_cast<Source*>(opaque)->stream.next(&product);
    *product_id = found ? product.product_id : 0;
    return found;
}

bool is_placed_in_source(void* opaque, int64 product_id) { return static_cast<Source*>(opaque)->stream.has_met(product_id); }

bool next_of_end_of_source(void* opaque, int64* product_id) {
    auto* source = static_cast<Source*>(opaque);
    while (source->end_position < source->history.count) {
        *product_id = source->history.events[source->end_position++].product_id;
        if (source->ended.insert(*product_id)) {
            return true;
        }
    }
    return false;
}

void close_source(void* opaque, const ShopsmartScanReport* report) {
    auto* source = static_cast<Source*>(opaque);
    last_scan = {true, source->stream.candidate_count(), *report};
    source->stream.close();
}

const ShopsmartRankingSource kSource = {SHOPSMART_VERSION, open_source, next_of_source, is_placed_in_source, next_of_end_of_source, close_source};

}  // namespace

extern "C" {
PGDLLEXPORT const ShopsmartRankingSource* shopsmart_ranking_source(void);
}

const ShopsmartRankingSource* shopsmart_ranking_source(void) { return &kSource; }

SHOPSMART_FUNCTION(shopsmart_last_scan) {
    if (!last_scan.any) {
        PG_RETURN_NULL();
    }
    const Datum values[] = {Int64GetDatum(last_scan.candidates), Int64GetDatum(last_scan.report.products), Int64GetDatum(last_scan.report.lookups),
                            PointerGetDatum(cstring_to_text(last_scan.report.stage)), BoolGetDatum(last_scan.report.map_used)};
    return bridge::composite_result(fcinfo, values);
}
