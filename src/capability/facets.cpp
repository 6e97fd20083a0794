// shopsmart_facets: all matches are read once, with one boolean for each part of the filter that belongs to a facet, and each
// facet is counted under the parts of the others.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"

#include "bridge/json_object.hpp"
#include "ranking/product_rows.hpp"
#include "search/eligible_matches.hpp"
#include "search/facet_values.hpp"
#include "search/matches.hpp"
#include "search/understanding.hpp"

#include <string_view>

using namespace shopsmart;
using search::Facet;

namespace {

constexpr int kMostFacets = 10;
constexpr std::string_view kAttributePrefix = "attributes.";

Facet parse_facet(const char* name) {
    Facet facet{name, Facet::Kind::attribute, nullptr};
    constexpr const char* kNames[] = {"brand", "category", "price", "rating"};
    for (int i = 0; i < static_cast<int>(lengthof(kNames)); i++) {
        if (strcmp(name, kNames[i]) == 0) {
            facet.kind = static_cast<Facet::Kind>(i);
            return facet;
        }
    }
    if (!std::string_view(name).starts_with(kAttributePrefix) || strlen(name) == kAttributePrefix.size()) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown facet \"%s\"", pnstrdup(name, Min(strlen(name), 63))),
                        errhint("Known ones are brand, category, price, rating and attributes.<key>.")));
    }
    facet.attribute = name + kAttributePrefix.size();
    return facet;
}

int facets_argument(FunctionCallInfo fcinfo, int position, Facet* facets) {
    bridge::require_not_null(fcinfo, position, "facets");
    const bridge::Elements names = bridge::array_argument(fcinfo, position, "facets", TEXTOID);
    if (names.count > kMostFacets) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("facets has %d elements", names.count), errdetail("At most %d are allowed.", kMostFacets)));
    }
    for (int i = 0; i < names.count; i++) {
        facets[i] = parse_facet(TextDatumGetCString(names.values[i]));
        for (int before = 0; before < i; before++) {
            if (strcmp(facets[before].name, facets[i].name) == 0) {
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("facets holds the same facet twice")));
            }
        }
    }
    return names.count;
}

// ---- the filter ----

// Takes the facet's own part out of the filter; nullptr when there is none.
Jsonb* take_own_part(const Facet& facet, Jsonb** filter) {
    const char* key = facet.kind == Facet::Kind::attribute ? "attributes" : facet.name;
    if (*filter == nullptr || !bridge::holds_key(*filter, key)) {
        return nullptr;
    }
    Jsonb* value = bridge::field_of(*filter, key);
    if (facet.kind != Facet::Kind::attribute) {
        *filter = bridge::without_key(*filter, key);
        return bridge::object_of(key, value);
    }
    if (!bridge::holds_key(value, facet.attribute)) {
        return nullptr;
    }
    Jsonb* own = bridge::object_of(key, bridge::object_of(facet.attribute, bridge::field_of(value, facet.attribute)));
    Jsonb* rest = bridge::object_of(key, bridge::without_key(value, facet.attribute));
    *filter = bridge::concatenated(*filter, rest);
    return own;
}

// ---- the counts ----

struct MatchedIds {
    int64* ids;
    int count;
};

MatchedIds matched_ids(const search::Index& index, const search::Terms& terms) {
    for (search::Matches::Holding holding : {search::Matches::Holding::all_words, search::Matches::Holding::any_word}) {
        search::Matches matches;
        search::Match* all;
        matches.open(index, terms, holding);
        const int count = matches.all(&all);
        matches.close();
        if (count > 0 || holding == search::Matches::Holding::any_word) {
            auto* ids = static_cast<int64*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(int64) * (count + 1)));
            for (int i = 0; i < count; i++) {
                ids[i] = all[i].product_id;
            }
            return {ids, count};
        }
    }
    pg_unreachable();
}

// Where a facet stands among the columns.
struct FacetColumns {
    int value;
    int own_part;  // whether the facet's own part of the filter holds; -1: it has none
};

// Counts each facet over the products that hold the parts of all others.
void count_values(const FacetColumns* columns, int count, ranking::ProductRows& products, search::ValueCounts* counts) {
    while (products.next()) {
        int lacking = 0;
        int lacked = -1;
        for (int i = 0; i < count; i++) {
            if (columns[i].own_part >= 0 && !DatumGetBool(products.values()[columns[i].own_part])) {
                lacking++;
                lacked = i;
            }
        }
        for (int i = 0; i < count && lacking <= 1; i++) {
            if ((lacking == 0 || lacked == i) && !products.nulls()[columns[i].value]) {
                counts[i].add(products.values()[columns[i].value]);
            }
        }
    }
}

void count_facets(const bridge::ShopTables& shop, const search::Index& index, const search::Understanding& understanding, search::Step step, search::Wanted wanted,
                  const Facet* facets, int count, search::ValueCounts* counts) {
    StringInfoData sql;
    initStringInfo(&sql);
    bridge::Parameters parameters;
    parameters.add(INT8ARRAYOID, Datum{0});
    FacetColumns columns[kMostFacets];
    int width = 0;
    for (int i = 0; i < count; i++) {
        appendStringInfoString(&sql, i > 0 ? ", " : "");
        columns[i] = {width++, -1};
        if (facets[i].kind == Facet::Kind::attribute) {
            appendStringInfo(&sql, "p.attributes OPERATOR(pg_catalog.->) $%d", parameters.add(TEXTOID, CStringGetTextDatum(facets[i].attribute)));
        } else {
            appendStringInfo(&sql, "p.%s", facets[i].kind == Facet::Kind::category ? "category_id" : facets[i].name);
        }
        if (Jsonb* own = take_own_part(facets[i], &wanted.filter)) {
            columns[i].own_part = width++;
            const ranking::ProductPredicate predicate = ranking::compile_filter(shop, own, false, 0, &parameters);
            parameters = predicate.parameters;
            appendStringInfo(&sql, ", (true%s%s) IS TRUE", predicate.sql, predicate.category_sql);
        }
    }
    const MatchedIds matched = matched_ids(index, wanted.terms);
    ranking::ProductRows products;
    products.open(shop, matched.ids, matched.count, sql.data, understanding.predicate(shop, wanted, step, &parameters));
    for (int i = 0; i < count; i++) {
        const Form_pg_attribute column = TupleDescAttr(products.description(), columns[i].value);
        counts[i].open(column->atttypid, column->attcollation);
    }
    count_values(columns, count, products, counts);
    products.close();
}

// The one that shopsmart_search takes.
search::Step answering_step(const search::Index& index, const search::Understanding& understanding, const bridge::ShopTables& shop, Jsonb* filter) {
    for (int number = 0;; number++) {
        const auto step = static_cast<search::Step>(number);
        if (!understanding.has_step(step)) {
            continue;
        }
        if (step == search::Step::as_written) {
            return step;
        }
        const search::Wanted wanted = understanding.at(step, filter);
        search::Matches matches;
        matches.open(index, wanted.terms);
        ranking::RankedProduct first;
        const int found = search::take_eligible(matches, shop, understanding.predicate(shop, wanted, step), 1, &first);
        matches.close();
        if (found > 0) {
            return step;
        }
    }
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_facets) {
    bridge::require_not_null(fcinfo, 0, "query");
    text* query = PG_GETARG_TEXT_PP(0);
    Jsonb* filter = PG_ARGISNULL(1) ? nullptr : PG_GETARG_JSONB_P(1);
    Facet facets[kMostFacets];
    const int count = facets_argument(fcinfo, 2, facets);
    const int k = bridge::required_k(fcinfo, 3);
    const bool may_correct = PG_ARGISNULL(4) || PG_GETARG_BOOL(4);
    const bool may_understand = PG_ARGISNULL(5) || PG_GETARG_BOOL(5);
    bridge::ResultRows result(fcinfo);

    const bridge::ShopTables shop = bridge::shop_tables();
    // The whole filter first, so that what is wrong with it is said as everywhere.
    ranking::compile_filter(shop, filter, false, 0);
    const search::Index index = search::current_index();
    if (count == 0) {
        return Datum{0};
    }
    search::Understanding understanding;
    understanding.open(index, query, may_correct, may_understand);
    const search::Step step = answering_step(index, understanding, shop, filter);
    search::ValueCounts counts[kMostFacets];
    count_facets(shop, index, understanding, step, understanding.at(step, filter), facets, count, counts);
    const bool nulls[4] = {};
    for (int i = 0; i < count; i++) {
        search::FacetValue* values;
        const int found = search::facet_values(shop, facets[i], counts[i], k, &values);
        for (int v = 0; v < found; v++) {
            const Datum row[] = {CStringGetTextDatum(facets[i].name), values[v].value, Int64GetDatum(values[v].products), JsonbPGetDatum(values[v].adds)};
            result.add(row, nulls);
        }
    }
    return Datum{0};
}
