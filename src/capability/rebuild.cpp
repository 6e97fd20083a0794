// shopsmart_rebuild_similarity() and shopsmart_train(): from committed events to a committed model, in one transaction.
//
// A new generation of rows is written beside the current one, then three rows of shopsmart.generations are switched, then
// the rows of the old generation are deleted. All of it commits at once. A reader's snapshot sees either the old numbers
// together with the old rows, or the new numbers with the new rows: never half a model, and nobody waits. Readers that
// still hold an older snapshot keep finding the old rows, which stay in the table until VACUUM finds nobody who needs
// them. A crash or a cancel leaves nothing that any snapshot could see.
//
// Order of locks: the advisory lock of the task; events and partitions (ACCESS SHARE); neighbors, ranked_lists (ROW
// EXCLUSIVE); the rows of generations, by kind. Nothing here conflicts with a reader or a writer of events.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/composite_result.hpp"
#include "bridge/event_scan.hpp"
#include "bridge/job.hpp"
#include "bridge/lookback.hpp"
#include "bridge/model_registry.hpp"
#include "bridge/model_writer.hpp"
#include "bridge/relations.hpp"
#include "core/trending.hpp"
#include "settings.hpp"

#include <chrono>

namespace shopsmart::capability {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

// What one call works with: plain memory, so that server calls can be made around it.
struct Rebuild {
    const Interval* lookback;
    TimestampTz as_of;
    TimestampTz lookback_start;
    bridge::ModelDefinition model;
    bool is_default;       // recommendations are to rest on the model
    bool only_similarity;  // baskets and popularity stay as they are
    bridge::EventTypes types;
    List* event_tables;
    bridge::BulkWriter neighbors;
    bridge::BulkWriter ranked_lists;
    int64 similarity_generation;
    int64 baskets_generation;
    int64 popularity_generation;
};

class Sink final : public core::ModelSink {
public:
    explicit Sink(Rebuild& rebuild) : rebuild_(rebuild) {}

    void neighbors(core::Model model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                   std::span<const double> scores, std::span<const std::int32_t> co_counts) override {
        const int64 generation = model == core::Model::similarity ? rebuild_.similarity_generation : rebuild_.baskets_generation;
        bridge::pg_call([&]() noexcept {
            bridge::write_neighbors(rebuild_.neighbors, generation, product_id, neighbor_ids.data(), scores.data(), co_counts.data(),
                                    static_cast<int>(neighbor_ids.size()));
        });
    }

    void popularity(std::span<const std::int64_t> product_ids, std::span<const double> scores) override {
        if (rebuild_.only_similarity) {
            return;
        }
        bridge::pg_call([&]() noexcept {
            bridge::write_ranked_list(rebuild_.ranked_lists, rebuild_.popularity_generation, bridge::kAllTime, core::kWholeShop,
                                      product_ids.data(), scores.data(), static_cast<int64>(product_ids.size()));
        });
    }

private:
    Rebuild& rebuild_;
};

// Sets the model: the one of that name, or the default for nullptr.
void choose_model(const char* name, Rebuild& rebuild) {
    const bridge::ModelDefinition otherwise = bridge::default_model();
    rebuild.model = name == nullptr ? otherwise : bridge::find_model(name);
    if (rebuild.model.name == nullptr) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("unknown model \"%s\"", name),
                        errhint("Choose a built-in similarity, as docs/reference.md lists them under shopsmart_train, or insert it into shopsmart.models.")));
    }
    rebuild.is_default = strcmp(rebuild.model.name, otherwise.name) == 0;
}

// Checks rights, takes the locks, opens what is read and written.
void prepare(Rebuild& rebuild, const char* model) {
    rebuild.lookback_start = bridge::lookback_start(rebuild.lookback, rebuild.as_of);
    const bridge::ShopTables shop = bridge::shop_tables();
    bridge::start_job(bridge::Task::rebuild_similarity, shop.events);
    bridge::require_all_rows(shop.events);
    bridge::require_all_rows(shop.event_types);
    rebuild.types = bridge::read_event_types(shop.event_types);
    choose_model(model, rebuild);
    // Popularity counts all events, so that no partition is left out for being old.
    const bridge::TimeRange range{DT_NOBEGIN, rebuild.as_of};
    rebuild.event_tables = bridge::leaf_tables(shop.events, &range);
    rebuild.neighbors.open(bridge::model_tables().neighbors);
    if (!rebuild.only_similarity) {
        rebuild.ranked_lists.open(bridge::model_tables().ranked_lists);
        rebuild.baskets_generation = bridge::next_generation();
        rebuild.popularity_generation = bridge::next_generation();
    }
    rebuild.similarity_generation = bridge::next_generation();
}

// The part with C++ objects: all of them are gone when it returns.
core::BuildReport build(Rebuild& rebuild) {
    core::ModelOptions options;
    for (int i = 0; i < rebuild.types.count; i++) {
        options.event_types.push_back({rebuild.types.entries[i].weight, rebuild.types.entries[i].in_basket && !rebuild.only_similarity});
    }
    options.as_of_us = rebuild.as_of;
    options.lookback_start_us = rebuild.lookback_start;
    options.basket_span_us = static_cast<std::int64_t>(settings::basket_span_seconds()) * USECS_PER_SEC;
    options.kept_neighbors = static_cast<std::uint32_t>(settings::kept_neighbors());
    options.least_neighbors = static_cast<std::uint32_t>(rebuild.model.least_neighbors);
    options.min_co_count = static_cast<std::uint32_t>(settings::min_co_count());
    options.threads = static_cast<unsigned>(settings::rebuild_threads());
    options.similarity = rebuild.model.similarity;
    options.blend = rebuild.model.blend;
    options.memory_bytes = static_cast<std::size_t>(settings::rebuild_memory_kb()) * 1024;

    bridge::EventScan events(rebuild.event_tables, rebuild.types, {DT_NOBEGIN, rebuild.as_of});
    Sink sink(rebuild);
    bridge::JobMonitor monitor;
    return core::build_models(events, options, sink, monitor);
}

// Makes the new generation the current one and removes the old.
void make_current(Rebuild& rebuild) {
    rebuild.neighbors.close();
    if (!rebuild.only_similarity) {
        rebuild.ranked_lists.close();
        bridge::make_current("baskets", rebuild.baskets_generation, rebuild.as_of, rebuild.lookback);
        bridge::make_current("popularity", rebuild.popularity_generation, rebuild.as_of, nullptr);
    }
    if (rebuild.is_default) {
        bridge::unset_current_trained();
        bridge::make_current("similarity", rebuild.similarity_generation, rebuild.as_of, rebuild.lookback, &rebuild.model);
    }
    bridge::set_trained(rebuild.model, rebuild.similarity_generation, rebuild.as_of, rebuild.lookback);
    bridge::remove_unused_neighbors();
    if (!rebuild.only_similarity) {
        bridge::remove_other_ranked_lists(rebuild.popularity_generation, true);
    }
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_rebuild_similarity) {
    const Clock::time_point start = Clock::now();
    Rebuild rebuild{};
    rebuild.lookback = bridge::lookback_argument(fcinfo, 0);
    rebuild.as_of = bridge::as_of_argument(fcinfo, 1);
    prepare(rebuild, nullptr);
    const core::BuildReport report = build(rebuild);
    const Clock::time_point built = Clock::now();
    make_current(rebuild);
    bridge::finish_job();

    const Datum values[] = {
        Int64GetDatum(rebuild.similarity_generation),
        Int64GetDatum(report.events_read), Int64GetDatum(report.users), Int64GetDatum(report.products),
        Int64GetDatum(report.pairs_kept), Int64GetDatum(report.baskets), Int64GetDatum(report.basket_pairs_kept),
        Int32GetDatum(report.blocks),
        Float8GetDatum(report.scan_seconds), Float8GetDatum(report.similarity_seconds), Float8GetDatum(report.basket_seconds),
        Float8GetDatum(report.write_seconds + seconds_since(built)), Float8GetDatum(seconds_since(start)),
        Int64GetDatum(report.peak_bytes), Float8GetDatum(report.interaction_weight)};
    return bridge::composite_result(fcinfo, values);
}

SHOPSMART_FUNCTION(shopsmart_default_model) {
    const bridge::ModelDefinition model = bridge::default_model();
    const Datum values[] = {CStringGetTextDatum(model.name), CStringGetTextDatum(model.kind),
                            DirectFunctionCall1(jsonb_in, CStringGetDatum(model.parameters))};
    return bridge::composite_result(fcinfo, values);
}

SHOPSMART_FUNCTION(shopsmart_train) {
    const Clock::time_point start = Clock::now();
    Rebuild rebuild{};
    rebuild.only_similarity = true;
    const char* model = text_to_cstring(bridge::required_text(fcinfo, 0, "model", bridge::kMaxModelName));
    rebuild.lookback = bridge::lookback_argument(fcinfo, 1);
    rebuild.as_of = bridge::as_of_argument(fcinfo, 2);
    prepare(rebuild, model);
    const core::BuildReport report = build(rebuild);
    make_current(rebuild);
    bridge::finish_job();

    const Datum values[] = {
        Int64GetDatum(rebuild.similarity_generation), BoolGetDatum(rebuild.is_default),
        Int64GetDatum(report.events_read), Int64GetDatum(report.users), Int64GetDatum(report.products), Int64GetDatum(report.pairs_kept),
        Int32GetDatum(report.blocks), Float8GetDatum(seconds_since(start)), Int64GetDatum(report.peak_bytes)};
    return bridge::composite_result(fcinfo, values);
}

}  // namespace shopsmart::capability
