// shopsmart_facets: one query reads all matches once, with one boolean for each part of the filter that belongs to a facet,
// and counts each facet under the parts of the others.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/result_rows.hpp"

#include "bridge/json_object.hpp"
#include "bridge/query.hpp"
#include "ranking/filter.hpp"
#include "search/eligible_matches.hpp"
#include "search/matches.hpp"
#include "search/understanding.hpp"

#include <string_view>

using namespace shopsmart;

namespace {

constexpr int kMostFacets = 10;
constexpr std::string_view kAttributePrefix = "attributes.";

enum class Kind { brand, category, price, rating, attribute };

struct Facet {
    const char* name;
    Kind kind;
    const char* attribute;
    int attribute_parameter;  // of the query
};

Facet parse_facet(const char* name) {
    Facet facet{name, Kind::attribute, nullptr, 0};
    constexpr const char* kNames[] = {"brand", "category", "price", "rating"};
    for (int i = 0; i < static_cast<int>(lengthof(kNames)); i++) {
        if (strcmp(name, kNames[i]) == 0) {
            facet.kind = static_cast<Kind>(i);
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
    const char* key = facet.kind == Kind::attribute ? "attributes" : facet.name;
    if (*filter == nullptr || !bridge::holds_key(*filter, key)) {
        return nullptr;
    }
    Jsonb* value = bridge::field_of(*filter, key);
    if (facet.kind != Kind::attribute) {
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

// ---- the query ----

// The columns of one facet: what is counted (v), and whether its own part of the filter holds (c).
void add_columns(StringInfo sql, const bridge::ShopTables& shop, Facet& facet, int number, Jsonb* own, bridge::Parameters& parameters) {
    if (facet.kind == Kind::attribute) {
        facet.attribute_parameter = parameters.add(TEXTOID, CStringGetTextDatum(facet.attribute));
        appendStringInfo(sql, ", p.attributes OPERATOR(pg_catalog.->) $%d AS v%d", facet.attribute_parameter, number);
    } else {
        appendStringInfo(sql, ", p.%s AS v%d", facet.kind == Kind::category ? "category_id" : facet.name, number);
    }
    const ranking::ProductPredicate predicate = ranking::compile_filter(shop, own, false, 0, &parameters);
    parameters = predicate.parameters;
    appendStringInfo(sql, ", (true%s%s) IS TRUE AS c%d", predicate.sql, predicate.category_sql, number);
}

// "m WHERE ..." for one facet: rows that have a value and hold the other facets' parts.
const char* rows_of(const Facet* facets, int count, int number) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "m WHERE m.v%d IS NOT NULL", number);
    for (int other = 0; other < count; other++) {
        if (other != number) {
            appendStringInfo(&sql, " AND m.c%d", other);
        }
    }
    if (facets[number].kind == Kind::attribute) {
        appendStringInfo(&sql, " AND m.v%d OPERATOR(pg_catalog.<>) 'null'::jsonb", number);
    }
    return sql.data;
}

// Place, value, products, what to add to the filter.
const char* counts_of(const bridge::ShopTables& shop, const Facet& facet, int number, const char* rows, int k) {
    switch (facet.kind) {
        case Kind::brand:
            return psprintf("(SELECT pg_catalog.row_number() OVER (ORDER BY pg_catalog.count(*) DESC, m.v%1$d COLLATE \"C\"), m.v%1$d, pg_catalog.count(*),"
                            " pg_catalog.jsonb_build_object('brand', m.v%1$d) FROM %2$s GROUP BY m.v%1$d ORDER BY 1 LIMIT $%3$d)", number, rows, k);
        case Kind::category:
            return psprintf("(WITH RECURSIVE held AS (SELECT m.v%1$d AS id, pg_catalog.count(*) AS products FROM %2$s GROUP BY m.v%1$d),"
                            " up AS (SELECT h.id, h.id AS ancestor FROM held h UNION SELECT u.id, c.parent_id FROM up u JOIN %3$s c"
                            " ON c.category_id OPERATOR(pg_catalog.=) u.ancestor WHERE c.parent_id IS NOT NULL)"
                            " SELECT pg_catalog.row_number() OVER (ORDER BY pg_catalog.sum(h.products) DESC, u.ancestor), u.ancestor::text, pg_catalog.sum(h.products)::bigint,"
                            " pg_catalog.jsonb_build_object('category', u.ancestor) FROM up u JOIN held h ON h.id OPERATOR(pg_catalog.=) u.id GROUP BY u.ancestor ORDER BY 1 LIMIT $%4$d)",
                            number, rows, bridge::qualified_name(shop.categories), k);
        case Kind::price:
            // Five ranges of about as many products, their limits rounded to two digits.
            return psprintf("(WITH held AS MATERIALIZED (SELECT m.v%1$d AS price FROM %2$s), ranges AS MATERIALIZED (SELECT pg_catalog.array_agg(DISTINCT pg_catalog.round(q.price, 1 OPERATOR(pg_catalog.-)"
                            " pg_catalog.floor(pg_catalog.log(GREATEST(q.price, 1)))::integer)) AS limits FROM (SELECT pg_catalog.unnest(pg_catalog.percentile_disc('{.2,.4,.6,.8}'::float8[])"
                            " WITHIN GROUP (ORDER BY h.price)) AS price FROM held h) q WHERE q.price OPERATOR(pg_catalog.>) 0 AND q.price OPERATOR(pg_catalog.<) 'Infinity'),"
                            " counted AS (SELECT pg_catalog.width_bucket(h.price, (SELECT r.limits FROM ranges r)) AS place, pg_catalog.count(*) AS products FROM held h GROUP BY 1)"
                            " SELECT c.place, pg_catalog.concat(r.limits[c.place], '-', r.limits[c.place OPERATOR(pg_catalog.+) 1]), c.products, pg_catalog.jsonb_build_object('price',"
                            " pg_catalog.jsonb_strip_nulls(pg_catalog.jsonb_build_object('gte', r.limits[c.place], 'lt', r.limits[c.place OPERATOR(pg_catalog.+) 1])))"
                            " FROM counted c, ranges r WHERE r.limits IS NOT NULL)", number, rows);
        case Kind::rating:
            return psprintf("(SELECT 5 OPERATOR(pg_catalog.-) t.least, t.least::text, pg_catalog.sum(h.products)::bigint, pg_catalog.jsonb_build_object('rating', pg_catalog.jsonb_build_object('gte', t.least))"
                            " FROM (VALUES (4), (3), (2), (1)) AS t (least), (SELECT m.v%1$d AS rating, pg_catalog.count(*) AS products FROM %2$s GROUP BY m.v%1$d) AS h"
                            " WHERE h.rating OPERATOR(pg_catalog.>=) t.least::numeric GROUP BY t.least)", number, rows);
        default:
            return psprintf("(SELECT pg_catalog.row_number() OVER (ORDER BY pg_catalog.count(*) DESC, m.v%1$d), m.v%1$d OPERATOR(pg_catalog.#>>) '{}'::text[], pg_catalog.count(*),"
                            " pg_catalog.jsonb_build_object('attributes', pg_catalog.jsonb_build_object($%4$d::text, m.v%1$d)) FROM %2$s GROUP BY m.v%1$d ORDER BY 1 LIMIT $%3$d)",
                            number, rows, k, facet.attribute_parameter);
    }
}

Datum matched_ids(const search::Index& index, const search::Terms& terms) {
    for (search::Matches::Holding holding : {search::Matches::Holding::all_words, search::Matches::Holding::any_word}) {
        search::Matches matches;
        search::Match* all;
        matches.open(index, terms, holding);
        const int count = matches.all(&all);
        matches.close();
        if (count > 0 || holding == search::Matches::Holding::any_word) {
            auto* ids = static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (count + 1)));
            for (int i = 0; i < count; i++) {
                ids[i] = Int64GetDatum(all[i].product_id);
            }
            return PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
        }
    }
    pg_unreachable();
}

const char* facet_query(const bridge::ShopTables& shop, const search::Understanding& understanding, search::Wanted wanted, search::Step step, Facet* facets, int count, int k,
                        bridge::Parameters& parameters) {
    StringInfoData columns;
    initStringInfo(&columns);
    for (int i = 0; i < count; i++) {
        Jsonb* own = take_own_part(facets[i], &wanted.filter);
        add_columns(&columns, shop, facets[i], i, own, parameters);
    }
    const ranking::ProductPredicate rest = understanding.predicate(shop, wanted, step, &parameters);
    parameters = rest.parameters;
    const int limit = parameters.add(INT8OID, Int64GetDatum(k));
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "WITH m AS MATERIALIZED (SELECT p.product_id%s FROM %s p WHERE p.product_id OPERATOR(pg_catalog.=) ANY ($1) AND p.is_active%s%s)"
                     " SELECT f.facet, f.value, f.products, f.adds FROM (", columns.data, bridge::qualified_name(shop.products), rest.sql, rest.category_sql);
    for (int i = 0; i < count; i++) {
        appendStringInfo(&sql, "%sSELECT %d AS facet, c.* FROM %s AS c (place, value, products, adds)", i > 0 ? " UNION ALL " : "", i,
                         counts_of(shop, facets[i], i, rows_of(facets, count, i), limit));
    }
    appendStringInfo(&sql, ") AS f WHERE $%d IS NOT NULL ORDER BY f.facet, f.place", limit);
    return sql.data;
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
    bridge::Parameters parameters;
    ranking::compile_filter(shop, filter, false, 0);
    const search::Index index = search::current_index();
    if (count == 0) {
        return Datum{0};
    }
    search::Understanding understanding;
    understanding.open(index, query, may_correct, may_understand);
    const search::Step step = answering_step(index, understanding, shop, filter);
    const search::Wanted wanted = understanding.at(step, filter);
    parameters.add(INT8ARRAYOID, matched_ids(index, wanted.terms));
    const char* sql = facet_query(shop, understanding, wanted, step, facets, count, k, parameters);
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    for (uint64 i = 0; i < SPI_processed; i++) {
        Datum row[4];
        bool nulls[4];
        heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, row, nulls);
        const Datum values[] = {CStringGetTextDatum(facets[DatumGetInt32(row[0])].name), row[1], row[2], row[3]};
        const bool no_nulls[4] = {false, nulls[1], nulls[2], nulls[3]};
        result.add(values, no_nulls);
    }
    bridge::finish();
    return Datum{0};
}
