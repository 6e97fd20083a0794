#include "search/facet_values.hpp"

#include "bridge/json_object.hpp"
#include "bridge/query.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

constexpr int kPriceRanges = 5;

const char* text_of(Numeric number) { return DatumGetCString(DirectFunctionCall1(numeric_out, NumericGetDatum(number))); }

int compare(Numeric a, Numeric b) { return DatumGetInt32(DirectFunctionCall2(numeric_cmp, NumericGetDatum(a), NumericGetDatum(b))); }

bool is_json_null(Datum value) {
    JsonbValue scalar;
    return JsonbExtractScalar(&DatumGetJsonbP(value)->root, &scalar) && scalar.type == jbvNull;
}

// {"brand": "..."}
Jsonb* brand_filter(Datum brand) {
    StringInfoData json;
    initStringInfo(&json);
    appendStringInfoString(&json, "{\"brand\": ");
    escape_json(&json, TextDatumGetCString(brand));
    appendStringInfoChar(&json, '}');
    return bridge::parse_json(json.data);
}

int most_frequent(const Facet& facet, const ValueCounts& counts, int k, FacetValue** values) {
    CountedValue* counted;
    const int count = counts.sorted(&counted);
    const bool is_brand = facet.kind == Facet::Kind::brand;
    CountedValue* end = is_brand ? counted + count : std::remove_if(counted, counted + count, [](const CountedValue& value) { return is_json_null(value.value); });
    std::stable_sort(counted, end, [](const CountedValue& a, const CountedValue& b) { return a.count > b.count; });
    const int kept = std::min(k, static_cast<int>(end - counted));
    *values = static_cast<FacetValue*>(palloc(sizeof(FacetValue) * (kept + 1)));
    for (int i = 0; i < kept; i++) {
        const Datum value = counted[i].value;
        (*values)[i] = is_brand ? FacetValue{value, counted[i].count, brand_filter(value)}
                                : FacetValue{DirectFunctionCall2(jsonb_extract_path_text, value, PointerGetDatum(construct_empty_array(TEXTOID))), counted[i].count,
                                             bridge::object_of("attributes", bridge::object_of(facet.attribute, DatumGetJsonbP(value)))};
    }
    return kept;
}

// A category counts what lies below it too. An id that is met again on the way up ends it.
int categories(const bridge::ShopTables& shop, const ValueCounts& counts, int k, FacetValue** values) {
    CountedValue* counted;
    const int count = counts.sorted(&counted);
    auto* ids = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    auto* products = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    for (int i = 0; i < count; i++) {
        ids[i] = counted[i].value;
        products[i] = Int64GetDatum(counted[i].count);
    }
    bridge::Parameters parameters;
    parameters.add(INT8ARRAYOID, PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
    parameters.add(INT8ARRAYOID, PointerGetDatum(construct_array(products, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
    parameters.add(INT8OID, Int64GetDatum(k));
    const char* sql = psprintf("WITH RECURSIVE held AS (SELECT h.id, h.products FROM ROWS FROM (pg_catalog.unnest($1), pg_catalog.unnest($2)) AS h (id, products)),"
                               " up AS (SELECT h.id, h.id AS ancestor FROM held h UNION SELECT u.id, c.parent_id FROM up u JOIN %s c"
                               " ON c.category_id OPERATOR(pg_catalog.=) u.ancestor WHERE c.parent_id IS NOT NULL)"
                               " SELECT u.ancestor, pg_catalog.sum(h.products)::bigint FROM up u JOIN held h ON h.id OPERATOR(pg_catalog.=) u.id"
                               " GROUP BY u.ancestor ORDER BY 2 DESC, 1 LIMIT $3", bridge::qualified_name(shop.categories));
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    const int found = static_cast<int>(SPI_processed);
    *values = static_cast<FacetValue*>(palloc(sizeof(FacetValue) * (found + 1)));
    for (int i = 0; i < found; i++) {
        bool is_null;
        const int64 id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
        const int64 below = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 2, &is_null));
        (*values)[i] = {CStringGetTextDatum(psprintf(INT64_FORMAT, id)), below, bridge::parse_json(psprintf("{\"category\": " INT64_FORMAT "}", id))};
    }
    MemoryContextSwitchTo(connected);
    bridge::finish();
    return found;
}

// Rounded to two digits, but no finer than to tenths.
Numeric rounded(Numeric price) {
    const Numeric one = int64_to_numeric(1);
    const Datum logarithm = DirectFunctionCall2(numeric_log, NumericGetDatum(int64_to_numeric(10)), NumericGetDatum(compare(price, one) > 0 ? price : one));
    const int32 digits = DatumGetInt32(DirectFunctionCall1(numeric_int4, DirectFunctionCall1(numeric_floor, logarithm)));
    return DatumGetNumeric(DirectFunctionCall2(numeric_round, NumericGetDatum(price), Int32GetDatum(1 - digits)));
}

// Limits of ranges with about as many products each, ascending. Returns how many there are.
int price_limits(const CountedValue* prices, int count, Numeric* limits) {
    int64 products = 0;
    for (int i = 0; i < count; i++) {
        products += prices[i].count;
    }
    int found = 0;
    int64 passed = 0;
    int range = 1;
    for (int i = 0; i < count && range < kPriceRanges; i++) {
        passed += prices[i].count;
        // The first price that so many parts of all products do not exceed.
        const bool is_limit = passed * kPriceRanges >= range * products;
        for (; range < kPriceRanges && passed * kPriceRanges >= range * products; range++) {
        }
        const Numeric price = DatumGetNumeric(prices[i].value);
        if (!is_limit || numeric_is_nan(price) || numeric_is_inf(price) || compare(price, int64_to_numeric(0)) <= 0) {
            continue;
        }
        const Numeric limit = rounded(price);
        if (found == 0 || compare(limits[found - 1], limit) < 0) {
            limits[found++] = limit;
        }
    }
    return found;
}

int price_ranges(const ValueCounts& counts, FacetValue** values) {
    CountedValue* prices;
    const int count = counts.sorted(&prices);
    Numeric limits[kPriceRanges - 1];
    const int limit_count = price_limits(prices, count, limits);
    *values = static_cast<FacetValue*>(palloc(sizeof(FacetValue) * kPriceRanges));
    int found = 0;
    int at = 0;
    for (int range = 0; range <= limit_count && limit_count > 0; range++) {
        int64 products = 0;
        for (; at < count && (range == limit_count || compare(DatumGetNumeric(prices[at].value), limits[range]) < 0); at++) {
            products += prices[at].count;
        }
        if (products > 0) {
            const char* least = range == 0 ? "" : text_of(limits[range - 1]);
            const char* bound = range == limit_count ? "" : text_of(limits[range]);
            const char* between = range > 0 && range < limit_count ? ", " : "";
            const char* adds = psprintf("{\"price\": {%s%s%s%s%s}}", range == 0 ? "" : "\"gte\": ", least, between, range == limit_count ? "" : "\"lt\": ", bound);
            (*values)[found++] = {CStringGetTextDatum(psprintf("%s-%s", least, bound)), products, bridge::parse_json(adds)};
        }
    }
    return found;
}

// 4 and more, 3 and more, ...
int least_ratings(const ValueCounts& counts, FacetValue** values) {
    CountedValue* ratings;
    int left = counts.sorted(&ratings);
    *values = static_cast<FacetValue*>(palloc(sizeof(FacetValue) * 4));
    int found = 0;
    int64 products = 0;
    for (int least = 4; least >= 1; least--) {
        while (left > 0 && compare(DatumGetNumeric(ratings[left - 1].value), int64_to_numeric(least)) >= 0) {
            products += ratings[--left].count;
        }
        if (products > 0) {
            (*values)[found++] = {CStringGetTextDatum(psprintf("%d", least)), products, bridge::parse_json(psprintf("{\"rating\": {\"gte\": %d}}", least))};
        }
    }
    return found;
}

}  // namespace

int facet_values(const bridge::ShopTables& shop, const Facet& facet, const ValueCounts& counts, int k, FacetValue** values) {
    switch (facet.kind) {
        case Facet::Kind::category: return categories(shop, counts, k, values);
        case Facet::Kind::price: return price_ranges(counts, values);
        case Facet::Kind::rating: return least_ratings(counts, values);
        default: return most_frequent(facet, counts, k, values);
    }
}

}  // namespace shopsmart::search
