#include "bridge/model_registry.hpp"

#include "bridge/query.hpp"

namespace shopsmart::bridge {

namespace {

// Parameters of shopsmart.model_definitions, which its constraints know by the same names.
struct Parameter {
    const char* name;
    double core::Similarity::* member;
};
constexpr Parameter kParameters[] = {{"shrinkage", &core::Similarity::shrinkage},
                                     {"k1", &core::Similarity::saturation},
                                     {"b", &core::Similarity::length_share},
                                     {"alpha", &core::Similarity::walk_exponent},
                                     {"beta", &core::Similarity::popularity_exponent},
                                     {"lambda", &core::Similarity::ridge},
                                     {"l1", &core::Similarity::sparsity},
                                     {"l2", &core::Similarity::smoothness},
                                     {"candidates", &core::Similarity::candidates},
                                     {"factors", &core::Similarity::factors},
                                     {"iterations", &core::Similarity::iterations},
                                     {"regularization", &core::Similarity::regularization},
                                     {"unobserved_weight", &core::Similarity::unobserved_weight}};

core::SimilarityKind kind_of(const char* name) {
    for (std::size_t i = 0; i < lengthof(kSimilarityNames); i++) {
        if (strcmp(kSimilarityNames[i], name) == 0) {
            return static_cast<core::SimilarityKind>(i);
        }
    }
    elog(ERROR, "shopsmart.model_definitions holds the unknown kind \"%s\"", name);
    pg_unreachable();
}

ModelDefinition built_in(core::SimilarityKind kind) {
    const char* name = kSimilarityNames[static_cast<int>(kind)];
    return {name, name, "{}", core::similarity_of(kind)};
}

// The first model under the condition, in the current memory context.
ModelDefinition read_model(const char* condition, const Parameters& parameters) {
    MemoryContext callers = CurrentMemoryContext;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT m.name, m.kind, m.parameters");
    for (const Parameter& parameter : kParameters) {
        appendStringInfo(&sql, ", (m.parameters OPERATOR(pg_catalog.->>) '%s')::pg_catalog.float8", parameter.name);
    }
    appendStringInfo(&sql, " FROM shopsmart.model_definitions m WHERE %s", condition);
    ModelDefinition model{};
    connect();
    execute_reading(sql.data, parameters);
    if (SPI_processed > 0) {
        HeapTuple row = SPI_tuptable->vals[0];
        TupleDesc columns = SPI_tuptable->tupdesc;
        model.name = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 1));
        model.kind = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 2));
        model.parameters = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 3));
        model.similarity = core::similarity_of(kind_of(model.kind));
        int column = 4;
        for (const Parameter& parameter : kParameters) {
            bool is_null;
            const Datum value = SPI_getbinval(row, columns, column++, &is_null);
            if (!is_null) {
                model.similarity.*parameter.member = DatumGetFloat8(value);
            }
        }
    }
    finish();
    return model;
}

}  // namespace

ModelDefinition find_model(const char* name) {
    for (std::size_t i = 0; i < lengthof(kSimilarityNames); i++) {
        if (strcmp(kSimilarityNames[i], name) == 0) {
            return built_in(static_cast<core::SimilarityKind>(i));
        }
    }
    Parameters parameters;
    parameters.add(TEXTOID, CStringGetTextDatum(name));
    return read_model("m.name OPERATOR(pg_catalog.=) $1", parameters);
}

ModelDefinition default_model() {
    const ModelDefinition chosen = read_model("m.is_default", {});
    return chosen.name != nullptr ? chosen : built_in(core::SimilarityKind::rp3beta);
}

}  // namespace shopsmart::bridge
