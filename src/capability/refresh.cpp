// shopsmart_refresh_trending(): the decayed scores of three windows, in one pass over the events of the longest.
//
// The lists are written and switched the way rebuild.cpp tells; locks are taken in the same order.
#include "bridge/arguments.hpp"
#include "bridge/boundary.hpp"
#include "bridge/columns.hpp"
#include "bridge/composite_result.hpp"
#include "bridge/event_scan.hpp"
#include "bridge/job.hpp"
#include "bridge/model_writer.hpp"
#include "bridge/relations.hpp"
#include "core/trending.hpp"
#include "settings.hpp"

#include <algorithm>
#include <chrono>

namespace shopsmart::capability {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_between(Clock::time_point start, Clock::time_point end) { return std::chrono::duration<double>(end - start).count(); }

constexpr int kLongestWindowDays = settings::kWindowDays[settings::kWindowCount - 1];

// Rows of two bigint columns, in the server's memory.
template <class Row>
struct Rows {
    Row* rows;
    int64 count;
    std::span<const Row> span() const { return {rows, static_cast<std::size_t>(count)}; }
};

struct Refresh {
    TimestampTz as_of;
    bridge::TimeRange range;  // of the longest window
    bridge::EventTypes types;
    List* event_tables;
    Rows<core::ProductCategory> products;
    Rows<core::CategoryNode> categories;
    bridge::BulkWriter ranked_lists;
    int64 generation;
};

struct Report {
    int64 events_read;
    int64 products;
    int64 categories;
    int64 scores_kept;
    double weight;
    int64 unchanged_us;
};

template <class Row>
void append(Rows<Row>& rows, TupleTableSlot* slot, AttrNumber key, AttrNumber reference) {
    constexpr int64 kFirstCapacity = 1024;
    if (rows.count == 0) {
        rows.rows = static_cast<Row*>(palloc(sizeof(Row) * kFirstCapacity));
    } else if (rows.count >= kFirstCapacity && (rows.count & (rows.count - 1)) == 0) {
        rows.rows = static_cast<Row*>(repalloc_huge(rows.rows, sizeof(Row) * 2 * rows.count));
    }
    slot_getsomeattrs(slot, std::max(key, reference));
    if (!slot->tts_isnull[key - 1]) {
        rows.rows[rows.count++] = Row{DatumGetInt64(slot->tts_values[key - 1]),
                                      slot->tts_isnull[reference - 1] ? core::kWholeShop : DatumGetInt64(slot->tts_values[reference - 1])};
    }
}

// A key and the category that it points to (kWholeShop for none), of every row that the caller's snapshot sees.
template <class Row>
Rows<Row> read_references(Oid table, const char* key_column, const char* reference_column) {
    Rows<Row> rows{nullptr, 0};
    ListCell* cell;
    foreach (cell, bridge::leaf_tables(table)) {
        Relation relation = table_open(lfirst_oid(cell), AccessShareLock);
        const AttrNumber key = bridge::required_column(relation, key_column, INT8OID);
        const AttrNumber reference = bridge::required_column(relation, reference_column, INT8OID);
        TupleTableSlot* slot = table_slot_create(relation, nullptr);
        TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
        while (table_scan_getnextslot(scan, ForwardScanDirection, slot)) {
            append(rows, slot, key, reference);
        }
        table_endscan(scan);
        ExecDropSingleTupleTableSlot(slot);
        table_close(relation, NoLock);
    }
    return rows;
}

void prepare(FunctionCallInfo fcinfo, Refresh& refresh) {
    refresh.as_of = bridge::as_of_argument(fcinfo, 0);
    refresh.range = {refresh.as_of - kLongestWindowDays * USECS_PER_DAY, refresh.as_of};
    const bridge::ShopTables shop = bridge::shop_tables();
    bridge::start_job(bridge::Task::refresh_trending, shop.events);
    for (Oid table : {shop.categories, shop.products, shop.event_types, shop.events}) {
        bridge::require_all_rows(table);
    }
    refresh.types = bridge::read_event_types(shop.event_types);
    refresh.categories = read_references<core::CategoryNode>(shop.categories, "category_id", "parent_id");
    refresh.products = read_references<core::ProductCategory>(shop.products, "product_id", "category_id");
    refresh.event_tables = bridge::leaf_tables(shop.events, &refresh.range);
    refresh.ranked_lists.open(bridge::model_tables().ranked_lists);
    refresh.generation = bridge::next_generation();
}

void add_events(const Refresh& refresh, core::TrendingScores& scores) {
    bridge::EventScan events(refresh.event_tables, refresh.types, refresh.range);
    std::uint64_t done = 0;
    events.scan([&](std::span<const core::Event> batch) {
        scores.add(batch);
        done += batch.size();
        bridge::report_progress(core::Phase::scan, done, 0);
    });
}

Report write_lists(Refresh& refresh, const std::vector<core::RankedList>& lists) {
    Report report{};
    std::vector<std::int64_t> categories;
    std::uint64_t done = 0;
    for (const core::RankedList& list : lists) {
        bridge::pg_call([&]() noexcept {
            CHECK_FOR_INTERRUPTS();
            bridge::write_ranked_list(refresh.ranked_lists, refresh.generation, settings::kWindowNames[list.window], list.category_id,
                                      list.product_ids.data(), list.scores.data(), static_cast<int64>(list.product_ids.size()));
        });
        bridge::report_progress(core::Phase::write, ++done, lists.size());
        const int64 products = static_cast<int64>(list.product_ids.size());
        report.scores_kept += products;
        if (list.category_id == core::kWholeShop) {
            // Each window lies within the next, so the longest has the most products.
            report.products = std::max(report.products, products);
        } else if (products > 0) {
            categories.push_back(list.category_id);
        }
    }
    std::sort(categories.begin(), categories.end());
    report.categories = std::unique(categories.begin(), categories.end()) - categories.begin();
    return report;
}

// The part with C++ objects: all of them are gone when it returns.
Report compute(Refresh& refresh, Clock::time_point& scanned) {
    core::TrendingOptions options;
    for (int i = 0; i < refresh.types.count; i++) {
        options.event_types.push_back({refresh.types.entries[i].weight, refresh.types.entries[i].in_basket});
    }
    for (int i = 0; i < settings::kWindowCount; i++) {
        const std::int64_t half_life = settings::half_life_seconds(static_cast<settings::Window>(i));
        options.windows.push_back({settings::kWindowDays[i] * USECS_PER_DAY, half_life * USECS_PER_SEC});
    }
    options.as_of_us = refresh.as_of;
    core::TrendingScores scores(std::move(options));
    add_events(refresh, scores);
    scanned = Clock::now();
    Report report = write_lists(refresh, scores.lists(refresh.products.span(), refresh.categories.span()));
    report.events_read = static_cast<int64>(scores.events_counted());
    report.weight = scores.weight();
    report.unchanged_us = scores.unchanged_us();
    return report;
}

}  // namespace

SHOPSMART_FUNCTION(shopsmart_refresh_trending) {
    const Clock::time_point start = Clock::now();
    Refresh refresh;
    prepare(fcinfo, refresh);
    Clock::time_point scanned;
    const Report report = compute(refresh, scanned);
    refresh.ranked_lists.close();
    const Interval longest_window{0, kLongestWindowDays, 0};
    bridge::make_current("trending", refresh.generation, refresh.as_of, &longest_window);
    bridge::remove_other_ranked_lists(refresh.generation, false);
    bridge::finish_job();

    const Clock::time_point end = Clock::now();
    const TimestampTz changes_at = report.unchanged_us < END_TIMESTAMP - refresh.as_of ? refresh.as_of + report.unchanged_us : DT_NOEND;
    const Datum values[] = {
        Int64GetDatum(refresh.generation),
        Int64GetDatum(report.events_read), Int64GetDatum(report.products), Int64GetDatum(report.categories), Int64GetDatum(report.scores_kept),
        Float8GetDatum(seconds_between(start, scanned)), Float8GetDatum(seconds_between(scanned, end)), Float8GetDatum(seconds_between(start, end)),
        Float8GetDatum(report.weight), TimestampTzGetDatum(changes_at)};
    return bridge::composite_result(fcinfo, values);
}

}  // namespace shopsmart::capability
