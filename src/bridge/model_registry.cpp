#include "bridge/model_registry.hpp"

#include "bridge/query.hpp"

namespace shopsmart::bridge {

namespace {

// Parameters of shopsmart.models, which its constraints know by the same names.
struct Parameter {
    const char* name;
    double core::Similarity::* member;
};
constexpr Parameter kParameters[] = {{"shrinkage", &core::Similarity::shrinkage},
                                     {"k1", &core::Similarity::saturation},
                                     {"b", &core::Similarity::length_share},
                                     {"alpha", &core::Similarity::walk_exponent},
                                     {"beta", &core::Similarity::popularity_exponent}};

core::SimilarityKind kind_of(const char* name) {
    for (std::size_t i = 0; i < lengthof(kSimilarityNames); i++) {
        if (strcmp(kSimilarityNames[i], name) == 0) {
            return static_cast<core::SimilarityKind>(i);
        }
    }
    elog(ERROR, "shopsmart.models holds the unknown kind \"%s\"", name);
    pg_unreachable();
}

// The name of the first model under the condition, in the current memory context; nullptr when there is none.
const char* read_model(const char* condition, const Parameters& parameters, core::Similarity* similarity) {
    MemoryContext callers = CurrentMemoryContext;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT m.name, m.kind");
    for (const Parameter& parameter : kParameters) {
        appendStringInfo(&sql, ", (m.parameters OPERATOR(pg_catalog.->>) '%s')::pg_catalog.float8", parameter.name);
    }
    appendStringInfo(&sql, " FROM shopsmart.models m WHERE %s", condition);
    const char* name = nullptr;
    connect();
    execute_reading(sql.data, parameters);
    if (SPI_processed > 0) {
        HeapTuple row = SPI_tuptable->vals[0];
        TupleDesc columns = SPI_tuptable->tupdesc;
        name = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 1));
        *similarity = {};
        similarity->kind = kind_of(SPI_getvalue(row, columns, 2));
        int column = 3;
        for (const Parameter& parameter : kParameters) {
            bool is_null;
            const Datum value = SPI_getbinval(row, columns, column++, &is_null);
            if (!is_null) {
                similarity->*parameter.member = DatumGetFloat8(value);
            }
        }
    }
    finish();
    return name;
}

}  // namespace

bool find_model(const char* name, core::Similarity* similarity) {
    Parameters parameters;
    parameters.add(TEXTOID, CStringGetTextDatum(name));
    return read_model("m.name OPERATOR(pg_catalog.=) $1", parameters, similarity) != nullptr;
}

const char* default_model(core::Similarity* similarity) { return read_model("m.is_default", {}, similarity); }

}  // namespace shopsmart::bridge
