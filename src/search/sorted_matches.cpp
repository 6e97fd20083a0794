#include "search/sorted_matches.hpp"

#include "bridge/query.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

struct Column {
    const char* name;
    bool descending;
    Oid type;
};

Column column_of(Sort sort) {
    switch (sort) {
        case Sort::price_asc: return {"price", false, NUMERICOID};
        case Sort::price_desc: return {"price", true, NUMERICOID};
        case Sort::rating: return {"rating", true, NUMERICOID};
        default: return {"created_at", true, TIMESTAMPTZOID};
    }
}

// As the session's settings cannot change it.
const char* key_text(const Column& column, Datum value) {
    return column.type == NUMERICOID ? DatumGetCString(DirectFunctionCall1(numeric_out, value)) : psprintf(INT64_FORMAT, DatumGetInt64(value));
}

Datum key_value(const Column& column, const char* key) {
    return column.type == NUMERICOID ? DirectFunctionCall3(numeric_in, CStringGetDatum(key), ObjectIdGetDatum(InvalidOid), Int32GetDatum(-1))
                                     : Int64GetDatum(static_cast<int64>(strtoll(key, nullptr, 10)));
}

// Missing values come last, equal ones by product id.
const char* after_sql(const Column& column, const PageEnd& after, bridge::Parameters& parameters) {
    const int id = parameters.add(INT8OID, Int64GetDatum(after.product_id));
    if (after.key == nullptr) {
        return psprintf(" AND p.%s IS NULL AND p.product_id OPERATOR(pg_catalog.>) $%d", column.name, id);
    }
    const int key = parameters.add(column.type, key_value(column, after.key));
    return psprintf(" AND (p.%1$s OPERATOR(pg_catalog.%2$s) $%3$d OR p.%1$s IS NULL OR (p.%1$s OPERATOR(pg_catalog.=) $%3$d AND p.product_id OPERATOR(pg_catalog.>) $%4$d))",
                    column.name, column.descending ? "<" : ">", key, id);
}

}  // namespace

int take_sorted(Matches& matches, const bridge::ShopTables& shop, const ranking::ProductPredicate& predicate, Sort sort, const PageEnd* after, int k, SortedMatch* rows) {
    Match* all;
    const int count = matches.all(&all);
    auto* ids = static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (count + 1)));
    for (int i = 0; i < count; i++) {
        ids[i] = Int64GetDatum(all[i].product_id);
    }
    const Column column = column_of(sort);
    bridge::Parameters parameters = predicate.parameters;
    parameters.values[0] = PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
    const char* later = after == nullptr ? "" : after_sql(column, *after, parameters);
    const int limit = parameters.add(INT8OID, Int64GetDatum(k));
    const char* sql = psprintf("SELECT p.product_id, p.%1$s FROM %2$s p WHERE p.product_id OPERATOR(pg_catalog.=) ANY ($1) AND p.is_active%3$s%4$s%5$s"
                               " ORDER BY p.%1$s %6$s NULLS LAST, p.product_id LIMIT $%7$d",
                               column.name, bridge::qualified_name(shop.products), predicate.sql, predicate.category_sql, later, column.descending ? "DESC" : "ASC", limit);
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    const int found = static_cast<int>(SPI_processed);
    for (int i = 0; i < found; i++) {
        Datum values[2];
        bool nulls[2];
        heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
        const int64 product_id = DatumGetInt64(values[0]);
        const Match* match = std::lower_bound(all, all + count, product_id, [](const Match& a, int64 id) { return a.product_id < id; });
        rows[i] = {product_id, match->score, nulls[1] ? nullptr : key_text(column, values[1])};
    }
    MemoryContextSwitchTo(connected);
    bridge::finish();
    return found;
}

}  // namespace shopsmart::search
