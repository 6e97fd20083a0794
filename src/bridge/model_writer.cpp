#include "bridge/model_writer.hpp"

#include "bridge/reading.hpp"

#include <algorithm>
#include <initializer_list>

namespace shopsmart::bridge {

namespace {

constexpr int64 kProductsPerRow = 100;

template <class Element>
Datum array_of(const Element* elements, int64 count, Oid type) {
    const Size bytes = ARR_OVERHEAD_NONULLS(1) + sizeof(Element) * count;
    ArrayType* array = static_cast<ArrayType*>(palloc0(bytes));
    SET_VARSIZE(array, bytes);
    array->ndim = 1;
    array->dataoffset = 0;
    array->elemtype = type;
    ARR_DIMS(array)[0] = static_cast<int>(count);
    ARR_LBOUND(array)[0] = 1;
    memcpy(ARR_DATA_PTR(array), elements, sizeof(Element) * count);
    return PointerGetDatum(array);
}

void run(const char* query, int parameters, Oid* types, Datum* values, const char* nulls, int expected) {
    SPI_connect();
    const int status = SPI_execute_with_args(query, parameters, types, values, nulls, false, 0);
    if (status != expected) {
        elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(status));
    }
    SPI_finish();
}

int64 next_of(const char* name) {
    const Oid sequence = get_relname_relid(name, get_namespace_oid("shopsmart", false));
    if (get_rel_relkind(sequence) != RELKIND_SEQUENCE) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("sequence shopsmart.%s is missing", name),
                        errhint("Run ALTER EXTENSION shopsmart UPDATE.")));
    }
    return nextval_internal(sequence, true);
}

}  // namespace

int64 next_generation() { return next_of("generation_seq"); }

int64 next_evaluation_run() { return next_of("evaluation_run_seq"); }

void write_neighbors(BulkWriter& writer, int64 generation, int64 product_id, const int64* neighbor_ids, const double* scores,
                     const int32* co_counts, int count) {
    MemoryContext callers = MemoryContextSwitchTo(writer.value_memory());
    const Datum values[] = {Int64GetDatum(product_id), Int64GetDatum(generation), array_of(neighbor_ids, count, INT8OID),
                            array_of(scores, count, FLOAT8OID), array_of(co_counts, count, INT4OID)};
    MemoryContextSwitchTo(callers);
    writer.add(values);
}

void write_ranked_list(BulkWriter& writer, int64 generation, const char* time_window, int64 category_id, const int64* product_ids,
                       const double* scores, int64 count) {
    for (int64 first = 0; first < count; first += kProductsPerRow) {
        const int64 length = std::min(kProductsPerRow, count - first);
        MemoryContext callers = MemoryContextSwitchTo(writer.value_memory());
        const Datum values[] = {Int64GetDatum(generation), CStringGetTextDatum(time_window), Int64GetDatum(category_id),
                                Int32GetDatum(static_cast<int32>(first + 1)), array_of(product_ids + first, length, INT8OID),
                                array_of(scores + first, length, FLOAT8OID)};
        MemoryContextSwitchTo(callers);
        writer.add(values);
    }
}

void write_session_list(BulkWriter& writer, int64 generation, int64 product_id, const core::SessionList& list) {
    MemoryContext callers = MemoryContextSwitchTo(writer.value_memory());
    const int64 window = list.count == 0 ? 0 : list.window_ends[list.count - 1];
    const Datum values[] = {Int64GetDatum(product_id), Int64GetDatum(generation), Float8GetDatum(list.rarity()),
                            array_of(list.sessions, list.count, INT4OID), array_of(list.weights, list.count, FLOAT8OID),
                            array_of(list.window_ends, list.count, INT4OID), array_of(list.places, list.count, INT4OID),
                            array_of(list.window, window, INT8OID)};
    MemoryContextSwitchTo(callers);
    writer.add(values);
}

void make_current(const char* kind, int64 generation, TimestampTz as_of, const Interval* lookback, const ModelDefinition* model) {
    Oid types[] = {TEXTOID, INT8OID, TIMESTAMPTZOID, INTERVALOID, TIMESTAMPTZOID, TEXTOID, TEXTOID};
    Datum values[] = {CStringGetTextDatum(kind), Int64GetDatum(generation), TimestampTzGetDatum(as_of), PointerGetDatum(lookback),
                      TimestampTzGetDatum(GetCurrentTimestamp()), model == nullptr ? Datum{0} : CStringGetTextDatum(model->name),
                      model == nullptr ? Datum{0} : CStringGetTextDatum(model->parameters)};
    const char of_model = model == nullptr ? 'n' : ' ';
    const char nulls[] = {' ', ' ', ' ', lookback == nullptr ? 'n' : ' ', ' ', of_model, of_model, '\0'};
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "INSERT INTO shopsmart.generations (kind, generation, as_of, lookback, built_at, model,"
                                 " history_events, history_half_life, history_exponent, scored_neighbors) SELECT $1, $2, $3, $4, $5, $6");
    append_reading_of(&sql, "$7::pg_catalog.jsonb");
    appendStringInfoString(&sql, " ON CONFLICT (kind) DO UPDATE SET generation = excluded.generation, as_of = excluded.as_of,"
                                 " lookback = excluded.lookback, built_at = excluded.built_at, model = excluded.model,"
                                 " history_events = excluded.history_events, history_half_life = excluded.history_half_life,"
                                 " history_exponent = excluded.history_exponent, scored_neighbors = excluded.scored_neighbors");
    run(sql.data, lengthof(types), types, values, nulls, SPI_OK_INSERT);
}

void set_trained(const ModelDefinition& model, int64 generation, TimestampTz as_of, const Interval* lookback) {
    Oid types[] = {TEXTOID, INT8OID, TIMESTAMPTZOID, INTERVALOID, TIMESTAMPTZOID, TEXTOID, TEXTOID};
    Datum values[] = {CStringGetTextDatum(model.name), Int64GetDatum(generation), TimestampTzGetDatum(as_of), PointerGetDatum(lookback),
                      TimestampTzGetDatum(GetCurrentTimestamp()), CStringGetTextDatum(model.kind), CStringGetTextDatum(model.parameters)};
    run("INSERT INTO shopsmart.trained_models (name, generation, as_of, lookback, trained_at, kind, parameters)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7::pg_catalog.jsonb)"
        " ON CONFLICT (name) DO UPDATE SET generation = excluded.generation, as_of = excluded.as_of, lookback = excluded.lookback,"
        " trained_at = excluded.trained_at, kind = excluded.kind, parameters = excluded.parameters",
        lengthof(types), types, values, nullptr, SPI_OK_INSERT);
}

void unset_current_trained() {
    run("DELETE FROM shopsmart.trained_models t USING shopsmart.generations g"
        " WHERE g.kind OPERATOR(pg_catalog.=) 'similarity' AND g.generation OPERATOR(pg_catalog.=) t.generation", 0, nullptr, nullptr, nullptr,
        SPI_OK_DELETE);
}

void remove_unused_neighbors() {
    run("DELETE FROM shopsmart.neighbors n"
        " WHERE NOT EXISTS (SELECT FROM shopsmart.generations g WHERE g.generation OPERATOR(pg_catalog.=) n.generation)"
        " AND NOT EXISTS (SELECT FROM shopsmart.trained_models t WHERE t.generation OPERATOR(pg_catalog.=) n.generation)", 0, nullptr,
        nullptr, nullptr, SPI_OK_DELETE);
}

void remove_other_session_lists(int64 generation) {
    Oid types[] = {INT8OID};
    Datum values[] = {Int64GetDatum(generation)};
    run("DELETE FROM shopsmart.session_lists WHERE generation OPERATOR(pg_catalog.<>) $1", 1, types, values, nullptr, SPI_OK_DELETE);
}

void remove_other_ranked_lists(int64 generation, bool popularity) {
    Oid types[] = {INT8OID, BOOLOID, TEXTOID};
    Datum values[] = {Int64GetDatum(generation), BoolGetDatum(popularity), CStringGetTextDatum(kAllTime)};
    run("DELETE FROM shopsmart.ranked_lists WHERE generation OPERATOR(pg_catalog.<>) $1"
        " AND (time_window OPERATOR(pg_catalog.=) $3) OPERATOR(pg_catalog.=) $2", 3, types, values, nullptr, SPI_OK_DELETE);
}

void remove_other_search_indexes(int64 generation, const int64* change_ids, int64 change_count) {
    Oid types[] = {INT8OID, INT8ARRAYOID};
    Datum values[] = {Int64GetDatum(generation), int64_array(change_ids, change_count)};
    for (const char* table : {"search_documents", "search_indexes", "search_names", "search_phrases", "search_postings", "search_words"}) {
        run(psprintf("DELETE FROM shopsmart.%s WHERE generation OPERATOR(pg_catalog.<>) $1", table), 1, types, values, nullptr, SPI_OK_DELETE);
    }
    run("DELETE FROM shopsmart.search_changes WHERE change_id OPERATOR(pg_catalog.=) ANY ($2) AND $1 IS NOT NULL", 2, types, values, nullptr, SPI_OK_DELETE);
}

Datum int64_array(const int64* elements, int64 count) { return array_of(elements, count, INT8OID); }

}  // namespace shopsmart::bridge
