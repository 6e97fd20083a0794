#include "core/session_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kMinute = 60'000'000;
const ThreadTeam::Tick kNoTick = [](std::size_t) {};

// Events of a random shop, brought together into visits of some minutes.
std::vector<Event> random_visits(std::uint64_t seed, unsigned events) {
    auto visits = random_events(seed, {.users = 8, .products = 50, .events = events, .skew = 2});
    for (std::size_t at = 0; at < visits.size(); ++at) {
        visits[at].event_id = static_cast<std::int64_t>(at);
        visits[at].session = at % 3;
        visits[at].time_us = visits[at].time_us / kDay * kDay + visits[at].time_us % (40 * kMinute) / (5 * kMinute) * (5 * kMinute);
    }
    return visits;
}

// By the definition: whoever comes next, in a map of users and session ids.
std::vector<std::vector<Event>> naive_sessions(const std::vector<Event>& events) {
    std::map<std::pair<std::int64_t, std::uint64_t>, std::vector<Event>> streams;
    for (const Event& event : events)
        streams[{event.user_id, event.session}].push_back(event);
    std::vector<std::vector<Event>> sessions;
    for (auto& [key, stream] : streams) {
        std::ranges::sort(stream, {}, [](const Event& event) { return std::pair(event.time_us, event.event_id); });
        for (std::size_t at = 0; at < stream.size(); ++at) {
            if (at == 0 || stream[at].time_us - stream[at - 1].time_us > 30 * kMinute)
                sessions.emplace_back();
            sessions.back().push_back(stream[at]);
        }
    }
    return sessions;
}

TEST(Sessions, AreThoseOfTheDefinition) {
    auto events = random_visits(3, 4000);
    std::set<Ids> expected;
    for (const auto& session : naive_sessions(events)) {
        Ids ids;
        for (const Event& event : session)
            ids.push_back(event.event_id);
        expected.insert(ids);
    }
    std::vector<Ids> first;
    for (const unsigned threads : {1U, 2U, 7U}) {
        VectorSource log(events);
        MemoryBudget budget(std::size_t{1} << 24);
        const Sessions sessions(log, [](const Event&) { return true; }, budget, ThreadTeam(threads), kNoTick);
        std::vector<Ids> all;
        for (std::size_t at = 0; at < sessions.size(); ++at) {
            all.emplace_back();
            for (const SessionEvent& event : sessions[at])
                all.back().push_back(event.event_id);
        }
        EXPECT_EQ(std::set<Ids>(all.begin(), all.end()), expected);
        EXPECT_EQ(all.size(), expected.size());
        first = first.empty() ? all : first;
        EXPECT_EQ(all, first);
        std::ranges::reverse(events);
    }
    EXPECT_GT(expected.size(), 100U);
    EXPECT_LT(expected.size(), events.size() / 2);
}

TEST(Sessions, HalfAnHourApartIsStillTheSame) {
    std::vector<Event> events(3, Event{.user_id = 1, .product_id = 1, .time_us = INT64_MIN, .session = 0, .type = 0});
    events[1].time_us = INT64_MIN + 30 * kMinute;
    events[2].time_us = INT64_MAX;
    VectorSource log(events);
    MemoryBudget budget(std::size_t{1} << 20);
    const Sessions sessions(log, [](const Event&) { return true; }, budget, ThreadTeam(1), kNoTick);
    ASSERT_EQ(sessions.size(), 2U);
    EXPECT_EQ(sessions[0].size(), 2U);
}

// ---- the sessions nearest to the current one ----

// A past session: its products in the order of their newest events.
struct Visit {
    Ids products;
    std::pair<std::int64_t, std::int64_t> end;
};

// The formulas of docs/internals.md, with maps and full sorts.
std::vector<std::pair<double, std::int64_t>> naive_scores(const std::vector<Event>& events, const SessionIndexOptions& options, const Ids& seeds) {
    std::vector<Event> counted;
    for (const Event& event : events)
        if (event.time_us <= options.as_of_us && event.time_us > options.lookback_start_us && options.event_types[event.type].weight > 0)
            counted.push_back(event);
    std::vector<Visit> visits;
    for (const auto& session : naive_sessions(counted)) {
        Visit visit{{}, {session.back().time_us, session.back().event_id}};
        for (const Event& event : session) {
            std::erase(visit.products, event.product_id);
            visit.products.push_back(event.product_id);
        }
        visits.push_back(visit);
    }
    std::ranges::sort(visits, std::ranges::greater{}, &Visit::end);

    std::map<std::size_t, double> similarity;
    std::map<std::size_t, std::int64_t> newest_shared;
    for (std::size_t rank = 0; rank < seeds.size(); ++rank) {
        std::vector<std::size_t> with;
        for (std::size_t visit = 0; visit < visits.size(); ++visit)
            if (std::ranges::find(visits[visit].products, seeds[rank]) != visits[visit].products.end())
                with.push_back(visit);
        const double idf = std::log(1 + static_cast<double>(visits.size()) / static_cast<double>(with.size()));
        with.resize(std::min<std::size_t>(with.size(), 100));
        for (const std::size_t visit : with) {
            const auto age = static_cast<double>(options.as_of_us - visits[visit].end.first) / static_cast<double>(60 * kDay);
            similarity[visit] += std::exp2(-static_cast<double>(rank)) * idf * idf * std::exp2(-age) / std::sqrt(static_cast<double>(visits[visit].products.size()));
            newest_shared.emplace(visit, seeds[rank]);
        }
    }
    std::vector<std::pair<double, std::size_t>> nearest;
    for (const auto& [visit, value] : similarity)
        nearest.emplace_back(-value, visit);
    std::ranges::sort(nearest);
    nearest.resize(std::min<std::size_t>(nearest.size(), 200));
    std::map<std::int64_t, double> scores;
    for (const auto& [value, visit] : nearest) {
        const Ids& products = visits[visit].products;
        const auto shared = std::ranges::find(products, newest_shared[visit]);
        for (auto product = products.begin(); product != products.end(); ++product)
            if (std::abs(product - shared) <= 20)
                scores[*product] += -value * std::exp2(-static_cast<double>(std::abs(product - shared)));
    }
    std::vector<std::pair<double, std::int64_t>> ranked;
    for (const auto& [product, score] : scores)
        ranked.emplace_back(-score, product);
    std::ranges::sort(ranked);
    return ranked;
}

TEST(SessionIndex, ScoresAreThoseOfTheDefinition) {
    const SessionIndexOptions options{{{1, false}, {3, true}, {0, false}}, kNow - 2 * kDay, kNow - 80 * kDay};
    for (const unsigned size : {0U, 40U, 400U, 20'000U}) {
        const auto events = random_visits(size, size);
        VectorSource log(events);
        MemoryBudget budget(std::size_t{1} << 26);
        const SessionIndex index(log, options, budget, ThreadTeam(2), kNoTick);
        for (std::size_t length = 1; length <= 8; ++length) {
            Ids seeds{424'242};  // nobody's product
            for (std::size_t at = length; seeds.size() < length + 1 && at < events.size(); ++at)
                if (std::ranges::find(seeds, events[at * 7 % events.size()].product_id) == seeds.end())
                    seeds.push_back(events[at * 7 % events.size()].product_id);
            std::vector<std::uint64_t> memory(SessionScratch::bytes_for(seeds.size()) / sizeof(std::uint64_t));
            CandidateTable actual = score_sessions(index, seeds, memory.data());
            const auto expected = naive_scores(events, options, seeds);
            ASSERT_EQ(actual.size(), expected.size());
            std::map<std::int64_t, double> scores;
            double last = INFINITY;
            for (const Candidate* candidate; (candidate = actual.pop()) != nullptr;) {
                EXPECT_LE(candidate->score, last);
                last = candidate->score;
                scores[candidate->product_id] = candidate->score;
                const Reasons reasons = reasons_of(*candidate);
                const double contributed = std::accumulate(reasons.contributions, reasons.contributions + reasons.count, 0.0);
                EXPECT_LE(contributed, candidate->score * (1 + 1e-12));
                if (reasons.count < kReasons) {
                    EXPECT_NEAR(contributed, candidate->score, 1e-12 * candidate->score);
                }
            }
            for (const auto& [score, product] : expected)
                EXPECT_NEAR(scores[product], -score, 1e-9 * -score);
            EXPECT_EQ(expected.empty(), size == 0);
        }
    }
}

// Lists that were stored and come back.
struct Stored {
    struct Row {
        double rarity;
        std::vector<std::int32_t> sessions, window_ends, places;
        std::vector<double> weights;
        Ids window;
    };
    std::map<std::int64_t, Row> rows;

    SessionList sessions_of(std::int64_t product_id) {
        if (!rows.contains(product_id))
            return {};
        const Row& row = rows[product_id];
        return {row.rarity, static_cast<std::uint32_t>(row.sessions.size()), row.sessions.data(), row.weights.data(),
                row.window_ends.data(), row.places.data(), row.window.data()};
    }
};

TEST(SessionIndex, FlatListsScoreAlike) {
    const auto events = random_visits(7, 5000);
    VectorSource log(events);
    MemoryBudget budget(std::size_t{1} << 26);
    const SessionIndex index(log, {{{1, false}, {3, true}, {0, false}}, kNow, kNow - 80 * kDay}, budget, ThreadTeam(2), kNoTick);
    Stored stored;
    Ids order;
    index.for_each_list([&](std::int64_t product_id, const SessionList& list) {
        order.push_back(product_id);
        const auto windows = list.window_ends[list.count - 1];
        stored.rows[product_id] = {list.rarity(), {list.sessions, list.sessions + list.count}, {list.window_ends, list.window_ends + list.count},
                                   {list.places, list.places + list.count}, {list.weights, list.weights + list.count}, {list.window, list.window + windows}};
    });
    EXPECT_TRUE(std::ranges::is_sorted(order));
    EXPECT_EQ(order.size(), index.products());
    for (std::size_t at = 0; at + 3 < order.size(); ++at) {
        const Ids seeds{order[at], 424'242, order[at + 3], order[at + 1]};
        std::vector<std::uint64_t> memory(SessionScratch::bytes_for(seeds.size()) / sizeof(std::uint64_t));
        std::vector<std::uint64_t> other_memory(memory.size());
        CandidateTable expected = score_sessions(index, seeds, memory.data());
        CandidateTable actual = score_sessions(stored, seeds, other_memory.data());
        ASSERT_EQ(actual.size(), expected.size());
        for (const Candidate* candidate; (candidate = expected.pop()) != nullptr;) {
            const Candidate* same = actual.pop();
            EXPECT_EQ(same->product_id, candidate->product_id);
            EXPECT_EQ(same->score, candidate->score);
            EXPECT_EQ(reasons_of(*same).seeds[0], reasons_of(*candidate).seeds[0]);
        }
    }
}

TEST(SessionIndex, SaysWhenMemoryIsTooSmall) {
    const auto events = random_visits(1, 5000);
    VectorSource log(events);
    MemoryBudget budget(100'000);
    const SessionIndexOptions options{{{1, false}, {3, true}, {0, false}}, kNow, kNow - 80 * kDay};
    EXPECT_THROW(SessionIndex(log, options, budget, ThreadTeam(2), kNoTick), BudgetExceeded);
    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace shopsmart::core::test
