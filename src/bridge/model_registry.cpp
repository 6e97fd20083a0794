#include "bridge/model_registry.hpp"

#include "bridge/query.hpp"
#include "bridge/reading.hpp"
#include "settings.hpp"

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
                                     {"smoothing", &core::Similarity::popularity_smoothing},
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
    return {name, name, "{}", core::similarity_of(kind), {}, settings::reading(), 0};
}

// The similarity whose kind and parameters begin at that column of the row. Leaves column behind them.
core::Similarity read_similarity(HeapTuple row, TupleDesc columns, int& column) {
    core::Similarity similarity = core::similarity_of(kind_of(SPI_getvalue(row, columns, column++)));
    for (const Parameter& parameter : kParameters) {
        bool is_null;
        const Datum value = SPI_getbinval(row, columns, column++, &is_null);
        if (!is_null) {
            similarity.*parameter.member = DatumGetFloat8(value);
        }
    }
    return similarity;
}

// The first model under the condition, in the current memory context.
ModelDefinition read_model(const char* condition, const Parameters& parameters) {
    constexpr const char* kParts[] = {"first", "second"};  // other models have one, which is all they are
    MemoryContext callers = CurrentMemoryContext;
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT m.name, m.kind, m.parameters, CASE WHEN m.kind OPERATOR(pg_catalog.=) 'blend'::pg_catalog.text"
                                 " THEN coalesce((m.parameters OPERATOR(pg_catalog.->>) 'share'::pg_catalog.text)::pg_catalog.float8, 0.5) ELSE 0 END");
    for (const char* part : kParts) {
        appendStringInfo(&sql, ", coalesce(%s.definition OPERATOR(pg_catalog.->>) 'kind'::pg_catalog.text, m.kind)", part);
        for (const Parameter& parameter : kParameters) {
            appendStringInfo(&sql, ", (%s.definition OPERATOR(pg_catalog.->>) '%s'::pg_catalog.text)::pg_catalog.float8", part, parameter.name);
        }
    }
    append_reading_of(&sql, "m.parameters");
    appendStringInfoString(&sql, " FROM shopsmart.model_definitions m");
    for (const char* part : kParts) {
        appendStringInfo(&sql, " CROSS JOIN LATERAL (SELECT coalesce(m.parameters OPERATOR(pg_catalog.->) '%s'::pg_catalog.text, m.parameters)) AS %s (definition)", part, part);
    }
    appendStringInfo(&sql, " WHERE %s", condition);
    ModelDefinition model{};
    connect();
    execute_reading(sql.data, parameters);
    if (SPI_processed > 0) {
        HeapTuple row = SPI_tuptable->vals[0];
        TupleDesc columns = SPI_tuptable->tupdesc;
        model.name = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 1));
        model.kind = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 2));
        model.parameters = MemoryContextStrdup(callers, SPI_getvalue(row, columns, 3));
        bool is_null;
        model.blend.share = DatumGetFloat8(SPI_getbinval(row, columns, 4, &is_null));
        int column = 5;
        model.similarity = read_similarity(row, columns, column);
        model.blend.other = read_similarity(row, columns, column);
        const ReadingColumns reading = reading_columns(row, columns, column);
        model.reading = reading_of(reading);
        model.least_neighbors = reading.nulls[kScoredNeighborsColumn] ? 0 : model.reading.scored_neighbors;
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
