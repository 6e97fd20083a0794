#include "search/sorted_matches.hpp"

#include "ranking/product_rows.hpp"

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

struct Row {
    Datum value;
    bool is_null;
    int64 product_id;
};

bool comes_before(const Column& column, const Row& a, const Row& b) {
    if (a.is_null || b.is_null) {
        return a.is_null == b.is_null ? a.product_id < b.product_id : b.is_null;
    }
    const int compared = column.type == NUMERICOID ? DatumGetInt32(DirectFunctionCall2(numeric_cmp, a.value, b.value))
                                                   : DatumGetInt32(DirectFunctionCall2(timestamp_cmp, a.value, b.value));
    return compared == 0 ? a.product_id < b.product_id : (compared < 0) != column.descending;
}

// The first k of the rows; returns how many there are.
int first_rows(ranking::ProductRows& products, const Column& column, int k, Row* rows) {
    const auto before = [&](const Row& a, const Row& b) { return comes_before(column, a, b); };
    int count = 0;
    while (products.next()) {
        Row row{products.values()[1], products.nulls()[1], DatumGetInt64(products.values()[0])};
        if (count == k) {
            if (!before(row, rows[0])) {
                continue;
            }
            std::pop_heap(rows, rows + count--, before);
        }
        if (!row.is_null) {
            row.value = datumCopy(row.value, column.type != NUMERICOID, column.type == NUMERICOID ? -1 : sizeof(Timestamp));
        }
        rows[count++] = row;
        std::push_heap(rows, rows + count, before);
    }
    std::sort_heap(rows, rows + count, before);
    return count;
}

}  // namespace

int take_sorted(Matches& matches, const bridge::ShopTables& shop, const ranking::ProductPredicate& predicate, Sort sort, const PageEnd* after, int k, SortedMatch* rows) {
    Match* all;
    const int count = matches.all(&all);
    auto* ids = static_cast<int64*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (count + 1)));
    for (int i = 0; i < count; i++) {
        ids[i] = all[i].product_id;
    }
    const Column column = column_of(sort);
    ranking::ProductPredicate wanted = predicate;
    if (after != nullptr) {
        wanted.sql = psprintf("%s%s", predicate.sql, after_sql(column, *after, wanted.parameters));
    }
    ranking::ProductRows products;
    products.open(shop, ids, count, psprintf("p.product_id, p.%s", column.name), wanted);
    auto* first = static_cast<Row*>(palloc(sizeof(Row) * k));
    const int found = first_rows(products, column, k, first);
    products.close();
    for (int i = 0; i < found; i++) {
        const Match* match = std::lower_bound(all, all + count, first[i].product_id, [](const Match& a, int64 id) { return a.product_id < id; });
        rows[i] = {first[i].product_id, match->score, first[i].is_null ? nullptr : key_text(column, first[i].value)};
    }
    return found;
}

}  // namespace shopsmart::search
