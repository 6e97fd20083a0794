// What the caches hold, and where the last answer came from.
#include "bridge/boundary.hpp"
#include "bridge/composite_result.hpp"
#include "bridge/result_rows.hpp"
#include "cache/shared_lists.hpp"
#include "ranking/models.hpp"

using namespace shopsmart;

SHOPSMART_FUNCTION(shopsmart_cache_stats) {
    const cache::SharedListFigures figures = cache::shared_list_figures();
    const int64 asked = figures.hits + figures.misses;
    const Datum values[] = {CStringGetTextDatum("neighbors"), Int64GetDatum(figures.hits), Int64GetDatum(figures.misses),
                            Float8GetDatum(asked == 0 ? 0 : static_cast<double>(figures.hits) / static_cast<double>(asked)),
                            Int64GetDatum(figures.stored), Int64GetDatum(figures.evicted), Int64GetDatum(figures.removed),
                            Int64GetDatum(figures.lists), Int64GetDatum(figures.bytes), Int64GetDatum(figures.size)};
    const bool nulls[] = {false, false, false, asked == 0, false, false, false, false, false, false};
    bridge::ResultRows(fcinfo).add(values, nulls);
    return Datum{0};
}

SHOPSMART_FUNCTION(shopsmart_cache_reset) {
    const int64 removed = cache::remove_shared_lists(MyDatabaseId);
    ranking::forget_session_lists();
    PG_RETURN_INT64(removed);
}

SHOPSMART_FUNCTION(shopsmart_last_sources) {
    const ranking::ListSources sources = ranking::last_sources();
    const Datum values[] = {Int64GetDatum(sources.session), Int64GetDatum(sources.shared), Int64GetDatum(sources.table)};
    return bridge::composite_result(fcinfo, values);
}
