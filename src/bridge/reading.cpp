#include "bridge/reading.hpp"

#include "settings.hpp"

namespace shopsmart::bridge {

namespace {

struct Parameter {
    const char* name;
    Oid type;
    double minimum;
    double maximum;
};

constexpr Parameter kParameters[kReadingColumns] = {{"history_events", INT4OID, 1, 1000},
                                                    {"history_half_life", INT4OID, 0, 1000},
                                                    {"history_exponent", FLOAT8OID, 0, 1},
                                                    {"scored_neighbors", INT4OID, 1, 1000}};

// The bounds are those of the constraints, without which memory would be taken for any number.
double value_or(const ReadingColumns& columns, int column, double otherwise) {
    if (columns.nulls[column]) {
        return otherwise;
    }
    const Parameter& parameter = kParameters[column];
    const double value = parameter.type == INT4OID ? DatumGetInt32(columns.values[column]) : DatumGetFloat8(columns.values[column]);
    if (!(value >= parameter.minimum && value <= parameter.maximum)) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("%s of a model must be between %d and %d", parameter.name, static_cast<int>(parameter.minimum),
                               static_cast<int>(parameter.maximum)),
                        errhint("Correct the row of shopsmart.models, then train the model.")));
    }
    return value;
}

}  // namespace

// A JSON number may write a whole one as 50.0, which text is no integer.
void append_reading_of(StringInfo sql, const char* parameters) {
    for (const Parameter& parameter : kParameters) {
        appendStringInfo(sql, ", (%s OPERATOR(pg_catalog.->>) '%s'::pg_catalog.text)::pg_catalog.%s", parameters, parameter.name,
                         parameter.type == INT4OID ? "numeric::pg_catalog.int4" : "float8");
    }
}

ReadingColumns reading_columns(HeapTuple row, TupleDesc columns, int first) {
    ReadingColumns found;
    for (int column = 0; column < kReadingColumns; column++) {
        found.values[column] = SPI_getbinval(row, columns, first + column, &found.nulls[column]);
    }
    return found;
}

ReadingColumns reading_columns(TupleTableSlot* slot, int first) {
    ReadingColumns found;
    for (int column = 0; column < kReadingColumns; column++) {
        found.values[column] = slot_getattr(slot, first + column, &found.nulls[column]);
    }
    return found;
}

core::ReadingOptions reading_of(const ReadingColumns& columns) {
    const core::ReadingOptions& usual = settings::reading();
    return {{static_cast<int>(value_or(columns, 0, usual.history.events)), static_cast<int>(value_or(columns, 1, usual.history.half_life)),
             value_or(columns, 2, usual.history.exponent)},
            static_cast<int>(value_or(columns, 3, usual.scored_neighbors))};
}

}  // namespace shopsmart::bridge
