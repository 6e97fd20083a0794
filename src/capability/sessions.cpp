// shopsmart_rebuild_sessions(): past sessions, packed by product, for what comes next in a visit.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/composite_result.hpp"
#include "bridge/event_scan.hpp"
#include "bridge/job.hpp"
#include "bridge/lookback.hpp"
#include "bridge/model_writer.hpp"
#include "bridge/pg_call.hpp"
#include "bridge/relations.hpp"
#include "core/session_index.hpp"
#include "settings.hpp"

#include <chrono>

namespace shopsmart::capability {

namespace {

using Clock = std::chrono::steady_clock;

// What one call works with: plain memory, so that server calls can be made around it.
struct SessionBuild {
    const Interval* lookback;
    TimestampTz as_of;
    TimestampTz lookback_start;
    bridge::EventTypes types;
    List* event_tables;
    bridge::BulkWriter lists;
    int64 generation;
};

struct Report {
    int64 sessions;
    int64 products;
    int64 peak_bytes;
};

// Checks the arguments and rights, takes the lock, opens what is read and written.
void prepare(FunctionCallInfo fcinfo, SessionBuild& build) {
    build.lookback = bridge::lookback_argument(fcinfo, 0);
    build.as_of = bridge::as_of_argument(fcinfo, 1);
    build.lookback_start = bridge::lookback_start(build.lookback, build.as_of);
    const bridge::ShopTables shop = bridge::shop_tables();
    bridge::start_job(bridge::Task::rebuild_sessions, shop.events);
    bridge::require_all_rows(shop.events);
    bridge::require_all_rows(shop.event_types);
    build.types = bridge::read_event_types(shop.event_types);
    const bridge::TimeRange range{build.lookback_start, build.as_of};
    build.event_tables = bridge::leaf_tables(shop.events, &range);
    build.lists.open(bridge::model_tables().session_lists);
    build.generation = bridge::next_generation();
}

// The part with C++ objects: all of them are gone when it returns.
Report compute(SessionBuild& build) {
    core::SessionIndexOptions options{{}, build.as_of, build.lookback_start};
    for (int i = 0; i < build.types.count; i++) {
        options.event_types.push_back({build.types.entries[i].weight, build.types.entries[i].in_basket});
    }
    bridge::EventScan events(build.event_tables, build.types, {build.lookback_start, build.as_of}, bridge::EventDetail::all);
    bridge::JobMonitor monitor;
    core::MemoryBudget budget(static_cast<std::size_t>(settings::rebuild_memory_kb()) * 1024);
    const core::ThreadTeam team(static_cast<unsigned>(settings::rebuild_threads()));
    const core::SessionIndex index(events, options, budget, team, [&](std::size_t done) { monitor.tick(core::Phase::scan, done, 0); });
    std::uint64_t written = 0;
    index.for_each_list([&](std::int64_t product_id, const core::SessionList& list) {
        monitor.tick(core::Phase::write, written++, index.products());
        bridge::pg_call([&]() noexcept { bridge::write_session_list(build.lists, build.generation, product_id, list); });
    });
    return {index.sessions(), index.products(), static_cast<int64>(budget.peak())};
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_rebuild_sessions) {
    const Clock::time_point start = Clock::now();
    SessionBuild build;
    prepare(fcinfo, build);
    const Report report = compute(build);
    build.lists.close();
    bridge::make_current("sessions", build.generation, build.as_of, build.lookback);
    bridge::remove_other_session_lists(build.generation);
    bridge::finish_job();

    const Datum values[] = {Int64GetDatum(build.generation), Int64GetDatum(report.sessions), Int64GetDatum(report.products),
                            Float8GetDatum(std::chrono::duration<double>(Clock::now() - start).count()), Int64GetDatum(report.peak_bytes)};
    return bridge::composite_result(fcinfo, values);
}

}  // namespace shopsmart::capability
