// shopsmart_trending.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"

#include "core/trending.hpp"
#include "ranking/eligibility.hpp"
#include "settings.hpp"

using namespace shopsmart;

namespace {

const char* window_argument(FunctionCallInfo fcinfo, int position) {
    if (PG_ARGISNULL(position)) {
        return settings::kWindowNames[static_cast<int>(settings::trending_window())];
    }
    text* asked = PG_GETARG_TEXT_PP(position);
    for (const char* name : settings::kWindowNames) {
        if (VARSIZE_ANY_EXHDR(asked) == strlen(name) && memcmp(VARDATA_ANY(asked), name, strlen(name)) == 0) {
            return name;
        }
    }
    const int shown = pg_mbcliplen(VARDATA_ANY(asked), static_cast<int>(VARSIZE_ANY_EXHDR(asked)), 64);
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown time_window \"%.*s\"", shown, VARDATA_ANY(asked)),
                    errhint("Choose 24h, 7d or 30d.")));
    pg_unreachable();
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_trending) {
    const int k = bridge::required_k(fcinfo, 0);
    const bool has_category = !PG_ARGISNULL(1);
    const int64 category_id = has_category ? PG_GETARG_INT64(1) : core::kWholeShop;
    const char* window = window_argument(fcinfo, 2);
    Jsonb* filter = PG_ARGISNULL(3) ? nullptr : PG_GETARG_JSONB_P(3);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, filter, has_category, category_id);
    ranking::RankedListReader list;
    if (!list.open("trending", window, category_id)) {
        return Datum{0};
    }
    ranking::Eligibility eligibility;
    eligibility.open(shop, predicate, nullptr, 0);
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * k));
    const int count = ranking::take_eligible(list, eligibility, k, best);
    eligibility.close();
    list.close();

    const bool nulls[3] = {};
    for (int i = 0; i < count; i++) {
        const Datum values[] = {Int32GetDatum(i + 1), Int64GetDatum(best[i].product_id), Float8GetDatum(best[i].score)};
        rows.add(values, nulls);
    }
    return Datum{0};
}
