// shopsmart_evaluate(): how good the models are, measured on the shop's own events.
//
// The log is read in the caller's snapshot, models are made in memory and judged there; nothing that a reader of
// recommendations sees is touched. The rows of one run are all that is written.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/event_scan.hpp"
#include "bridge/job.hpp"
#include "bridge/lookback.hpp"
#include "bridge/model_registry.hpp"
#include "bridge/model_writer.hpp"
#include "bridge/query.hpp"
#include "bridge/relations.hpp"
#include "core/evaluation.hpp"
#include "settings.hpp"

#include <algorithm>
#include <chrono>

namespace shopsmart::capability {

namespace {

using Clock = std::chrono::steady_clock;

constexpr const char* kSplitNames[] = {"time", "leave_last_out", "leave_last_session_out", "next_in_session"};  // by core::SplitKind
constexpr const char* kSegmentNames[] = {"all", "history_0", "history_1", "history_2_5", "history_6_20", "history_21_more",
                                         "new_products"};                               // by core::Segment
constexpr int kMostModels = 100;
constexpr int kMostLengths = 20;
constexpr int kMostUsers = 1'000'000;
constexpr int64 kTestSpan = 7 * USECS_PER_DAY;  // of a split by time, unless told otherwise

// What one call works with: plain memory, so that server calls can be made around it.
struct Evaluation {
    bridge::Elements models;     // their names
    core::JudgedModel* judged;  // by model
    core::SplitKind split;
    int32 lengths[kMostLengths];
    int length_count;
    TimestampTz split_at;
    TimestampTz as_of;
    const Interval* lookback;
    TimestampTz lookback_start;
    bridge::EventTypes types;
    bool* is_answer;  // by event type
    bool include_seen;
    int32 most_users;
    int64 seed;
    List* event_tables;
    int64 catalog_products;
};

template <int count>
int number_of(const char* const (&names)[count], Datum value, const char* what) {
    const char* name = TextDatumGetCString(value);
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], name) == 0) {
            return i;
        }
    }
    ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown %s \"%s\"", what, name),
                    errhint("docs/reference.md lists them under shopsmart_evaluate.")));
    pg_unreachable();
}

// A built-in model, or one of shopsmart.models.
core::JudgedModel model_of(const char* name) {
    if (strcmp(name, "popularity") == 0) {
        return {core::JudgedKind::popularity};
    }
    if (strcmp(name, "trending") == 0) {
        return {core::JudgedKind::trending};
    }
    if (strcmp(name, "again") == 0) {
        return {core::JudgedKind::again};
    }
    if (strcmp(name, "session_knn") == 0) {
        return {core::JudgedKind::sessions};
    }
    const bridge::ModelDefinition model = bridge::find_model(name);
    if (model.name == nullptr) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown model \"%s\"", name),
                        errhint("Choose cosine, tf_idf, bm25, rp3beta, llr, ease, slim, ials, session_knn, popularity, trending, again or a model of shopsmart.models.")));
    }
    return {core::JudgedKind::neighbors, model.similarity, model.blend, model.reading, static_cast<std::uint32_t>(model.least_neighbors)};
}

void read_models(FunctionCallInfo fcinfo, Evaluation& evaluation) {
    evaluation.models = bridge::array_argument(fcinfo, 0, "models", TEXTOID);
    if (evaluation.models.count > kMostModels) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("models must have at most %d elements", kMostModels),
                        errdetail("It has %d.", evaluation.models.count)));
    }
    evaluation.judged = static_cast<core::JudgedModel*>(palloc(sizeof(core::JudgedModel) * (evaluation.models.count + 1)));
    for (int i = 0; i < evaluation.models.count; i++) {
        const char* name = TextDatumGetCString(evaluation.models.values[i]);
        for (int earlier = 0; earlier < i; earlier++) {
            if (strcmp(name, TextDatumGetCString(evaluation.models.values[earlier])) == 0) {
                ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("models names \"%s\" twice", name)));
            }
        }
        evaluation.judged[i] = model_of(name);
    }
}

void read_lengths(FunctionCallInfo fcinfo, Evaluation& evaluation) {
    const bridge::Elements lengths = bridge::array_argument(fcinfo, 2, "k", INT4OID);
    if (lengths.count < 1 || lengths.count > kMostLengths) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("k must have 1 to %d elements", kMostLengths),
                        errdetail("It has %d.", lengths.count)));
    }
    for (int i = 0; i < lengths.count; i++) {
        evaluation.lengths[i] = DatumGetInt32(lengths.values[i]);
        if (evaluation.lengths[i] < 1 || evaluation.lengths[i] > bridge::kMaxK) {
            ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("k must be between 1 and %d", bridge::kMaxK),
                            errdetail("It is %d.", evaluation.lengths[i])));
        }
    }
    std::sort(evaluation.lengths, evaluation.lengths + lengths.count);
    evaluation.length_count = static_cast<int>(std::unique(evaluation.lengths, evaluation.lengths + lengths.count) - evaluation.lengths);
}

void read_times(FunctionCallInfo fcinfo, Evaluation& evaluation) {
    bridge::require_not_null(fcinfo, 1, "split");
    evaluation.split = static_cast<core::SplitKind>(number_of(kSplitNames, PG_GETARG_DATUM(1), "split"));
    evaluation.as_of = bridge::as_of_argument(fcinfo, 4);
    if (core::splits_by_time(evaluation.split)) {
        // Before the beginning of the calendar there is no past, and the server knows no such time.
        const TimestampTz otherwise = std::max(evaluation.as_of - kTestSpan, MIN_TIMESTAMP);
        evaluation.split_at = bridge::finite_timestamp(fcinfo, 3, "split_at", otherwise);
    } else if (PG_ARGISNULL(3)) {
        evaluation.split_at = evaluation.as_of;
    } else {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("split_at belongs to the splits \"time\" and \"next_in_session\""),
                        errhint("Leave it out, or choose one of them.")));
    }
    if (evaluation.split_at > evaluation.as_of) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("split_at must not be later than as_of")));
    }
    evaluation.lookback = bridge::lookback_argument(fcinfo, 5);
    evaluation.lookback_start = bridge::lookback_start(evaluation.lookback, evaluation.split_at);
}

// By default whatever has a weight.
void read_answers(FunctionCallInfo fcinfo, Evaluation& evaluation) {
    const bridge::EventTypes& types = evaluation.types;
    evaluation.is_answer = static_cast<bool*>(palloc0(sizeof(bool) * std::max(types.count, 1)));
    if (PG_ARGISNULL(6)) {
        for (int i = 0; i < types.count; i++) {
            evaluation.is_answer[i] = types.entries[i].weight > 0;
        }
        return;
    }
    const bridge::Elements names = bridge::array_argument(fcinfo, 6, "answers", TEXTOID);
    for (int i = 0; i < names.count; i++) {
        evaluation.is_answer[bridge::required_event_type(types, names.values[i], "answers")] = true;
    }
}

int64 count_rows(Oid table) {
    bridge::connect();
    bridge::execute_reading(psprintf("SELECT pg_catalog.count(*) FROM %s", bridge::qualified_name(table)), {});
    bool is_null;
    const int64 rows = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    bridge::finish();
    return rows;
}

// Checks the arguments and rights, opens what is read.
void prepare(FunctionCallInfo fcinfo, Evaluation& evaluation) {
    read_models(fcinfo, evaluation);
    read_lengths(fcinfo, evaluation);
    read_times(fcinfo, evaluation);
    evaluation.include_seen = !PG_ARGISNULL(7) && PG_GETARG_BOOL(7);
    bridge::require_not_null(fcinfo, 8, "max_users");
    evaluation.most_users = PG_GETARG_INT32(8);
    if (evaluation.most_users < 1 || evaluation.most_users > kMostUsers) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("max_users must be between 1 and %d", kMostUsers),
                        errdetail("It is %d.", evaluation.most_users)));
    }
    evaluation.seed = bridge::required_int64(fcinfo, 9, "seed");

    const bridge::ShopTables shop = bridge::shop_tables();
    bridge::start_job(bridge::Task::evaluate, shop.events);
    for (Oid table : {shop.products, shop.event_types, shop.events}) {
        bridge::require_all_rows(table);
    }
    evaluation.types = bridge::read_event_types(shop.event_types);
    read_answers(fcinfo, evaluation);
    const bridge::TimeRange range{DT_NOBEGIN, evaluation.as_of};
    evaluation.event_tables = bridge::leaf_tables(shop.events, &range);
    evaluation.catalog_products = count_rows(shop.products);
}

core::EvaluationOptions options_of(const Evaluation& evaluation) {
    core::EvaluationOptions options{};
    options.models.assign(evaluation.judged, evaluation.judged + evaluation.models.count);
    options.ks.assign(evaluation.lengths, evaluation.lengths + evaluation.length_count);
    for (int i = 0; i < evaluation.types.count; i++) {
        options.build.event_types.push_back({evaluation.types.entries[i].weight, evaluation.types.entries[i].in_basket});
        options.split.is_answer.push_back(evaluation.is_answer[i]);
    }
    options.split.kind = evaluation.split;
    options.split.as_of_us = evaluation.as_of;
    options.split.split_at_us = evaluation.split_at;
    options.split.event_types = options.build.event_types;
    options.split.history = settings::reading().history;
    options.split.include_seen = evaluation.include_seen;
    options.split.most_users = static_cast<std::uint32_t>(evaluation.most_users);
    options.split.seed = static_cast<std::uint64_t>(evaluation.seed);
    options.build.as_of_us = evaluation.split_at;
    options.build.lookback_start_us = evaluation.lookback_start;
    options.build.kept_neighbors = static_cast<std::uint32_t>(settings::kept_neighbors());
    options.build.min_co_count = static_cast<std::uint32_t>(settings::min_co_count());
    options.build.threads = static_cast<unsigned>(settings::rebuild_threads());
    options.build.memory_bytes = static_cast<std::size_t>(settings::rebuild_memory_kb()) * 1024;
    options.scored_neighbors = static_cast<std::uint32_t>(settings::reading().scored_neighbors);
    const settings::Window window = settings::trending_window();
    options.trending = {settings::kWindowDays[static_cast<int>(window)] * USECS_PER_DAY, settings::half_life_seconds(window) * USECS_PER_SEC};
    options.catalog_products = static_cast<std::uint64_t>(evaluation.catalog_products);
    return options;
}

struct Rows {
    core::EvaluationRow* rows;
    int count;
};

// The part with C++ objects: all of them are gone when it returns. The rows lie in the server's memory.
Rows compute(const Evaluation& evaluation) {
    const core::EvaluationOptions options = options_of(evaluation);
    bridge::EventScan log(evaluation.event_tables, evaluation.types, {DT_NOBEGIN, evaluation.as_of}, bridge::EventDetail::all);
    bridge::JobMonitor monitor;
    const std::vector<core::EvaluationRow> judged = core::evaluate(log, options, monitor);
    Rows rows{nullptr, static_cast<int>(judged.size())};
    rows.rows = bridge::pg_call([&]() noexcept {
        return static_cast<core::EvaluationRow*>(palloc(sizeof(core::EvaluationRow) * (judged.size() + 1)));
    });
    std::ranges::copy(judged, rows.rows);
    return rows;
}

void insert(const char* sql, const bridge::Parameters& parameters) {
    const int status = SPI_execute_with_args(sql, parameters.count, const_cast<Oid*>(parameters.types), const_cast<Datum*>(parameters.values),
                                             nullptr, false, 0);
    if (status != SPI_OK_INSERT) {
        elog(ERROR, "SPI_execute_with_args returned %s", SPI_result_code_string(status));
    }
}

// One row of evaluation_runs.
void write_run(const Evaluation& evaluation, int64 run_id, Clock::time_point start, int64 users) {
    Datum lengths[kMostLengths];
    std::transform(evaluation.lengths, evaluation.lengths + evaluation.length_count, lengths, [](int32 k) { return Int32GetDatum(k); });
    Datum* answers = static_cast<Datum*>(palloc(sizeof(Datum) * std::max(evaluation.types.count, 1)));
    int answer_count = 0;
    for (int i = 0; i < evaluation.types.count; i++) {
        if (evaluation.is_answer[i]) {
            answers[answer_count++] = PointerGetDatum(cstring_to_text_with_len(evaluation.types.entries[i].name, evaluation.types.entries[i].length));
        }
    }
    bridge::Parameters parameters;
    parameters.add(INT8OID, Int64GetDatum(run_id));
    parameters.add(TIMESTAMPTZOID, TimestampTzGetDatum(GetCurrentStatementStartTimestamp()));
    parameters.add(FLOAT8OID, Float8GetDatum(std::chrono::duration<double>(Clock::now() - start).count()));
    parameters.add(TEXTOID, CStringGetTextDatum(kSplitNames[static_cast<int>(evaluation.split)]));
    parameters.add(TIMESTAMPTZOID, TimestampTzGetDatum(evaluation.split_at));
    parameters.add(TIMESTAMPTZOID, TimestampTzGetDatum(evaluation.as_of));
    parameters.add(INTERVALOID, PointerGetDatum(evaluation.lookback));
    parameters.add(INT8OID, Int64GetDatum(evaluation.seed));
    parameters.add(INT8OID, Int64GetDatum(users));
    parameters.add(TEXTARRAYOID, PointerGetDatum(construct_array(evaluation.models.values, evaluation.models.count, TEXTOID, -1, false, TYPALIGN_INT)));
    parameters.add(INT4ARRAYOID, PointerGetDatum(construct_array(lengths, evaluation.length_count, INT4OID, sizeof(int32), true, TYPALIGN_INT)));
    parameters.add(TEXTARRAYOID, PointerGetDatum(construct_array(answers, answer_count, TEXTOID, -1, false, TYPALIGN_INT)));
    parameters.add(BOOLOID, BoolGetDatum(evaluation.include_seen));
    parameters.add(INT4OID, Int32GetDatum(evaluation.most_users));
    insert("INSERT INTO shopsmart.evaluation_runs (run_id, started_at, seconds, split, split_at, as_of, lookback, seed, users, parameters)"
           " SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9,"
           " pg_catalog.jsonb_build_object('models', $10, 'k', $11, 'answers', $12, 'include_seen', $13, 'max_users', $14,"
           " 'definitions', (SELECT pg_catalog.jsonb_object_agg(d.name, pg_catalog.jsonb_build_object('kind', d.kind, 'parameters', d.parameters))"
           " FROM shopsmart.model_definitions d WHERE d.name OPERATOR(pg_catalog.=) ANY ($10)))"
           " OPERATOR(pg_catalog.||) (SELECT pg_catalog.jsonb_object_agg(s.name, s.setting) FROM pg_catalog.pg_settings s"
           " WHERE s.name OPERATOR(pg_catalog.=) ANY ('{shopsmart.history_events,shopsmart.history_half_life,shopsmart.history_exponent,shopsmart.scored_neighbors,shopsmart.kept_neighbors,"
           "shopsmart.min_co_count,shopsmart.trending_window,shopsmart.half_life_24h,shopsmart.half_life_7d,shopsmart.half_life_30d}'::text[]))",
           parameters);
}

Datum optional_float(const std::optional<double>& value, bool& is_null) {
    is_null = !value.has_value();
    return Float8GetDatum(value.value_or(0));
}

// A row of evaluation_metrics.
HeapTuple metrics_row(const Evaluation& evaluation, TupleDesc columns, int64 run_id, const core::EvaluationRow& row) {
    constexpr int kColumns = 5 + 3 * static_cast<int>(core::kMetrics) + 3 + 3;
    Datum values[kColumns];
    bool nulls[kColumns] = {};
    int column = 0;
    values[column++] = Int64GetDatum(run_id);
    values[column++] = evaluation.models.values[row.model];
    values[column++] = CStringGetTextDatum(kSegmentNames[static_cast<int>(row.segment)]);
    values[column++] = Int32GetDatum(static_cast<int32>(row.k));
    values[column++] = Int64GetDatum(static_cast<int64>(row.users));
    for (std::size_t metric = 0; metric < core::kMetrics; metric++) {
        values[column++] = Float8GetDatum(row.means[metric]);
        values[column++] = Float8GetDatum(row.intervals[metric].low);
        values[column++] = Float8GetDatum(row.intervals[metric].high);
    }
    const core::Gain gain = row.ndcg_gain.value_or(core::Gain{});
    for (const double figure : {gain.mean, gain.interval.low, gain.interval.high}) {
        nulls[column] = !row.ndcg_gain.has_value();
        values[column++] = Float8GetDatum(figure);
    }
    values[column++] = Float8GetDatum(row.coverage);
    values[column] = optional_float(row.novelty, nulls[column]);
    column++;
    values[column] = optional_float(row.popularity_bias, nulls[column]);
    if (columns->natts != kColumns) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table shopsmart.evaluation_metrics is of another version"),
                        errhint("Run ALTER EXTENSION shopsmart UPDATE.")));
    }
    return heap_form_tuple(columns, values, nulls);
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_evaluate) {
    const Clock::time_point start = Clock::now();
    Evaluation evaluation{};
    prepare(fcinfo, evaluation);
    const Rows rows = compute(evaluation);

    InitMaterializedSRF(fcinfo, 0);
    auto* result = reinterpret_cast<ReturnSetInfo*>(fcinfo->resultinfo);
    const int64 run_id = bridge::next_evaluation_run();
    bridge::connect();
    write_run(evaluation, run_id, start, rows.count > 0 ? static_cast<int64>(rows.rows[0].users) : 0);
    for (int i = 0; i < rows.count; i++) {
        HeapTuple tuple = metrics_row(evaluation, result->setDesc, run_id, rows.rows[i]);
        bridge::Parameters parameters;
        parameters.add(result->setDesc->tdtypeid, heap_copy_tuple_as_datum(tuple, result->setDesc));
        insert("INSERT INTO shopsmart.evaluation_metrics SELECT ($1).*", parameters);
        if (rows.rows[i].segment == core::Segment::all) {
            tuplestore_puttuple(result->setResult, tuple);
        }
    }
    bridge::finish();
    bridge::finish_job();
    return Datum{0};
}

}  // namespace shopsmart::capability
