// shopsmart_suggest.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/query.hpp"
#include "bridge/result_rows.hpp"

#include "search/eligible_matches.hpp"
#include "search/names.hpp"
#include "search/prefix.hpp"
#include "search/suggested_queries.hpp"

using namespace shopsmart;

namespace {

struct Suggestion {
    const char* kind;
    text* words;         // nullptr for a product whose name is not known yet
    int64 product_id;    // 0: none
    int64 category_id;
};

bool has_rows(const char* sql, const bridge::Parameters& parameters) {
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    const bool found = SPI_processed > 0;
    bridge::finish();
    return found;
}

bool is_sold(const bridge::ShopTables& shop, search::NameKind kind, const search::FoundName& name, text* words) {
    const char* products = bridge::qualified_name(shop.products);
    if (kind == search::NameKind::brand) {
        bridge::Parameters parameters;
        parameters.add(TEXTOID, PointerGetDatum(words));
        return has_rows(psprintf("SELECT 1 FROM %s p WHERE p.brand OPERATOR(pg_catalog.=) $1 AND p.is_active LIMIT 1", products), parameters);
    }
    ranking::ProductPredicate below = ranking::compile_filter(shop, nullptr, true, name.category_id);
    below.parameters.values[0] = PointerGetDatum(construct_empty_array(INT8OID));
    const int id = below.parameters.add(INT8OID, Int64GetDatum(name.category_id));
    const int as_named = below.parameters.add(TEXTOID, PointerGetDatum(words));
    return has_rows(psprintf("SELECT 1 FROM %s c WHERE c.category_id OPERATOR(pg_catalog.=) $%d AND c.name OPERATOR(pg_catalog.=) $%d"
                             " AND EXISTS (SELECT FROM %s p WHERE p.is_active%s) AND ($1::bigint[] IS NOT NULL) LIMIT 1",
                             bridge::qualified_name(shop.categories), id, as_named, products, below.category_sql), below.parameters);
}

int add_queries(const char* typed, int most, Suggestion* suggestions) {
    auto** queries = static_cast<text**>(palloc(sizeof(text*) * (most + 1)));
    const int count = search::find_suggested_queries(typed, most, queries);
    for (int i = 0; i < count; i++) {
        suggestions[i] = {"query", queries[i], 0, 0};
    }
    return count;
}

int add_names(const search::Index& index, const bridge::ShopTables& shop, search::NameKind kind, const char* typed, int most, Suggestion* suggestions) {
    search::FoundName found[search::kMostNames];
    const int count = most > 0 ? search::find_names(index, kind, typed, found) : 0;
    int added = 0;
    for (int i = 0; i < count && added < most; i++) {
        text* words = cstring_to_text_with_len(found[i].bytes, found[i].length);
        if (is_sold(shop, kind, found[i], words)) {
            suggestions[added++] = {kind == search::NameKind::brand ? "brand" : "category", words, 0, found[i].category_id};
        }
    }
    return added;
}

int add_products(const search::Index& index, const bridge::ShopTables& shop, const search::Terms& terms, int most, Suggestion* suggestions) {
    search::Matches matches;
    matches.open(index, terms);
    auto* best = static_cast<ranking::RankedProduct*>(palloc(sizeof(ranking::RankedProduct) * (most + 1)));
    const int count = search::take_eligible(matches, shop, ranking::compile_filter(shop, nullptr, false, 0), most, best);
    matches.close();
    auto* ids = static_cast<Datum*>(palloc(sizeof(Datum) * (count + 1)));
    for (int i = 0; i < count; i++) {
        ids[i] = Int64GetDatum(best[i].product_id);
        suggestions[i] = {"product", nullptr, best[i].product_id, 0};
    }
    bridge::Parameters parameters;
    parameters.add(INT8ARRAYOID, PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE)));
    const char* sql = psprintf("SELECT w.place::integer, p.name FROM ROWS FROM (pg_catalog.unnest($1)) WITH ORDINALITY AS w (id, place)"
                               " JOIN %s p ON p.product_id OPERATOR(pg_catalog.=) w.id", bridge::qualified_name(shop.products));
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    MemoryContext connected = MemoryContextSwitchTo(caller);
    for (uint64 i = 0; i < SPI_processed; i++) {
        Datum values[2];
        bool nulls[2];
        heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
        suggestions[DatumGetInt32(values[0]) - 1].words = nulls[1] ? nullptr : DatumGetTextPCopy(values[1]);
    }
    MemoryContextSwitchTo(connected);
    bridge::finish();
    return count;
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_suggest) {
    bridge::require_not_null(fcinfo, 0, "prefix");
    text* typed = PG_GETARG_TEXT_PP(0);
    const int k = bridge::required_k(fcinfo, 1);
    bridge::ResultRows rows(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    const search::Index index = search::current_index();
    const search::Prefix prefix = search::parse_prefix(index, typed);
    auto* suggestions = static_cast<Suggestion*>(palloc(sizeof(Suggestion) * (k + 1)));
    int count = add_queries(prefix.plain, k / 4, suggestions);
    for (search::NameKind kind : {search::NameKind::brand, search::NameKind::category}) {
        count += add_names(index, shop, kind, prefix.plain, k / 4, suggestions + count);
    }
    count += add_products(index, shop, prefix.terms, k - count, suggestions + count);

    for (int i = 0; i < count; i++) {
        const Suggestion& suggestion = suggestions[i];
        const Datum values[] = {Int32GetDatum(i + 1), PointerGetDatum(cstring_to_text(suggestion.kind)), PointerGetDatum(suggestion.words),
                                Int64GetDatum(suggestion.product_id), Int64GetDatum(suggestion.category_id)};
        const bool is_category = strcmp(suggestion.kind, "category") == 0;
        const bool is_product = strcmp(suggestion.kind, "product") == 0;
        const bool nulls[] = {false, false, suggestion.words == nullptr, !is_product, !is_category};
        rows.add(values, nulls);
    }
    return Datum{0};
}
