#include "core/evaluation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include "core/random_bits.hpp"
#include "oracle.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

using Ids = std::vector<std::int64_t>;

constexpr std::int64_t kSplit = kNow - 7 * kDay;

EvaluationOptions usual_evaluation(SplitKind kind = SplitKind::time) {
    EvaluationOptions options{.models = {{JudgedKind::neighbors}, {JudgedKind::popularity}, {JudgedKind::trending}},
                              .ks = {1, 2},
                              .split = {.kind = kind,
                                        .as_of_us = kNow,
                                        .split_at_us = splits_by_time(kind) ? kSplit : kNow,
                                        .event_types = usual_options().event_types,
                                        .is_answer = {true, true, true},
                                        .history = {.events = 50, .half_life = 0, .exponent = 1},
                                        .include_seen = false,
                                        .most_users = 20'000,
                                        .seed = 1},
                              .build = usual_options(),
                              .scored_neighbors = 20,
                              .trending = {7 * kDay, 2 * kDay},
                              .catalog_products = 6};
    options.build.as_of_us = options.split.split_at_us;
    options.build.lookback_start_us = options.split.split_at_us - 90 * kDay;
    return options;
}

std::vector<EvaluationRow> run(const std::vector<Event>& events, const EvaluationOptions& options, const OnTick& on_tick = nullptr) {
    VectorSource log(events);
    TickMonitor monitor(on_tick);
    return evaluate(log, options, monitor);
}

EvaluationRow row_of(const std::vector<EvaluationRow>& rows, std::size_t model, Segment segment, std::uint32_t k) {
    const auto found = std::ranges::find_if(
        rows, [&](const EvaluationRow& row) { return row.model == model && row.segment == segment && row.k == k; });
    if (found == rows.end())
        throw std::runtime_error("no such row");
    return *found;
}

double mean(const EvaluationRow& row, Metric metric) {
    return row.means[static_cast<std::size_t>(metric)];
}

// Asks a split, as evaluate() makes it, for the lists of a recommender that only a test knows.
struct Trial {
    Trial(const std::vector<Event>& events, EvaluationOptions with) : options(std::move(with)), log(events) {}
    std::vector<EvaluationRow> judge_one(const Recommender& recommender, std::size_t model = 0) {
        return judge({split, options.ks, options.catalog_products, 1, budget, team, tick}, model, recommender, first);
    }

    EvaluationOptions options;
    VectorSource log;
    MemoryBudget budget{std::size_t{256} << 20};
    ThreadTeam team{2};
    ThreadTeam::Tick tick = [](std::size_t) {};
    EvaluationSplit::Tick split_tick = [](std::uint64_t) {};
    EvaluationSplit split{log, options.split, budget, split_tick};
    FirstNdcg first;
};

Event view(std::int64_t user, std::int64_t product, std::int64_t time_us, std::uint64_t session = 0) {
    static std::int64_t event_id = 0;
    return {.user_id = user, .product_id = product, .time_us = time_us, .session = session, .type = 0, .event_id = ++event_id};
}

// Five users. Past views: product 1 four times, 2 three times, 3 twice, 4 once. Popularity shows each user the first of
// 1, 2, 3, 4 that are not in his history:
//
//     user   history   shown at k = 2   answers        hits at rank
//      1     1 2       3 4              4              2
//      2     1 3       2 4              2 5            1
//      3     1 2 3     4                5
//      4     1 2 4     3                3 (1 is seen)  1
//      5               1 2              2 3 6          2
std::vector<Event> five_users() {
    const std::vector<Ids> histories = {{1, 2}, {1, 3}, {1, 2, 3}, {1, 2, 4}, {}};
    const std::vector<Ids> tests = {{4}, {2, 5}, {5}, {3, 1}, {2, 3, 6}};
    std::vector<Event> events;
    for (std::size_t user = 0; user < 5; ++user) {
        for (const std::int64_t product : histories[user])
            events.push_back(view(static_cast<std::int64_t>(user) + 1, product, kSplit - kDay));
        for (const std::int64_t product : tests[user])
            events.push_back(view(static_cast<std::int64_t>(user) + 1, product, kSplit + 1));
    }
    return events;
}

TEST(Evaluation, FiveUsersByHand) {
    auto options = usual_evaluation();
    options.models = {{JudgedKind::popularity}};
    const auto rows = run(five_users(), options);

    const auto& first = row_of(rows, 0, Segment::all, 1);
    EXPECT_EQ(first.users, 5U);
    EXPECT_DOUBLE_EQ(mean(first, Metric::recall), (0 + 1.0 / 2 + 0 + 1 + 0) / 5);
    EXPECT_DOUBLE_EQ(mean(first, Metric::precision), 2.0 / 5);
    EXPECT_DOUBLE_EQ(mean(first, Metric::hit_rate), 2.0 / 5);
    EXPECT_DOUBLE_EQ(mean(first, Metric::ndcg), 2.0 / 5);
    EXPECT_DOUBLE_EQ(mean(first, Metric::mrr), 2.0 / 5);
    EXPECT_DOUBLE_EQ(mean(first, Metric::map), 2.0 / 5);
    EXPECT_DOUBLE_EQ(first.coverage, 4.0 / 6);
    EXPECT_DOUBLE_EQ(first.novelty.value(),
                     (std::log2(10.0 / 2) + std::log2(10.0 / 3) + std::log2(10.0 / 1) + std::log2(10.0 / 2) + std::log2(10.0 / 4)) / 5);
    EXPECT_DOUBLE_EQ(first.popularity_bias.value(), (12.0 / 5) / (11.0 / 8));

    const double third = 1 / std::log2(3.0);  // what a hit at rank 2 counts
    const auto& second = row_of(rows, 0, Segment::all, 2);
    EXPECT_EQ(second.users, 5U);
    EXPECT_DOUBLE_EQ(mean(second, Metric::recall), (1 + 1.0 / 2 + 0 + 1 + 1.0 / 3) / 5);
    EXPECT_DOUBLE_EQ(mean(second, Metric::precision), (0.5 + 0.5 + 0 + 0.5 + 0.5) / 5);
    EXPECT_DOUBLE_EQ(mean(second, Metric::hit_rate), 4.0 / 5);
    EXPECT_DOUBLE_EQ(mean(second, Metric::ndcg), (third + 1 / (1 + third) + 0 + 1 + third / (1 + third)) / 5);
    EXPECT_DOUBLE_EQ(mean(second, Metric::ndcg), 0.5261859507142915);
    EXPECT_DOUBLE_EQ(mean(second, Metric::mrr), (0.5 + 1 + 0 + 1 + 0.5) / 5);
    EXPECT_DOUBLE_EQ(mean(second, Metric::map), (0.5 + 0.5 + 0 + 1 + 0.25) / 5);
    EXPECT_DOUBLE_EQ(second.coverage, 4.0 / 6);
    EXPECT_DOUBLE_EQ(second.popularity_bias.value(), (17.0 / 8) / (11.0 / 8));
    for (std::size_t metric = 0; metric < kMetrics; ++metric) {
        EXPECT_LE(second.intervals[metric].low, second.means[metric]);
        EXPECT_GE(second.intervals[metric].high, second.means[metric]);
    }
}

TEST(Evaluation, SegmentsOfTheFiveUsers) {
    auto options = usual_evaluation();
    options.models = {{JudgedKind::popularity}};
    const auto rows = run(five_users(), options);
    EXPECT_EQ(rows.size(), 8U);  // all, history_0, history_2_5, new_products at two k
    EXPECT_DOUBLE_EQ(mean(row_of(rows, 0, Segment::history_0, 2), Metric::recall), 1.0 / 3);
    EXPECT_EQ(row_of(rows, 0, Segment::history_2_5, 2).users, 4U);
    EXPECT_DOUBLE_EQ(mean(row_of(rows, 0, Segment::history_2_5, 2), Metric::recall), 2.5 / 4);
    const auto& unseen = row_of(rows, 0, Segment::new_products, 2);
    EXPECT_EQ(unseen.users, 3U);
    EXPECT_EQ(unseen.means, ListMetrics{});
    EXPECT_EQ(unseen.popularity_bias, std::nullopt);
}

// Beside popularity a list that begins at the other end: 4, 3, 2, 1.
//
//     user   shown at k = 2   hit at rank   gain at k = 1   at k = 2, a hit at rank 2 counting t
//      1     4 3              1             1 - 0           1 - t
//      2     4 2              2             0 - 1           t / (1 + t) - 1 / (1 + t)
//      3     4                              0               0
//      4     3                1             1 - 1           1 - 1
//      5     4 3              2             0               t / (1 + t) - t / (1 + t)
TEST(Evaluation, GainsOfTheFiveUsers) {
    Trial trial(five_users(), usual_evaluation());
    const auto none = trial.judge_one(ListRecommender(trial.budget, Ids{1, 2, 3, 4}));
    EXPECT_TRUE(std::ranges::none_of(none, [](const EvaluationRow& row) { return row.ndcg_gain.has_value(); }));

    const auto rows = trial.judge_one(ListRecommender(trial.budget, Ids{4, 3, 2, 1}), 1);
    const double third = 1 / std::log2(3.0);
    const double lost = third / (1 + third) - 1 / (1 + third);
    EXPECT_EQ(row_of(rows, 1, Segment::all, 1).ndcg_gain.value().mean, 0);
    EXPECT_EQ(row_of(rows, 1, Segment::all, 2).ndcg_gain.value().mean, (1 - third + lost) / 5);
    EXPECT_EQ(row_of(rows, 1, Segment::history_2_5, 2).ndcg_gain.value().mean, (1 - third + lost) / 4);
    EXPECT_EQ(row_of(rows, 1, Segment::history_0, 2).ndcg_gain.value().mean, 0);
    EXPECT_EQ(row_of(rows, 1, Segment::new_products, 2).ndcg_gain.value().mean, 0);

    // The resamples are those of any other figure.
    const std::vector<double> gains{1, 1 - third, -1, lost, 0, 0, 0, 0, 0, 0};
    const std::vector<std::size_t> ends{1, 2, 3, 4, 5};
    const auto intervals = bootstrap_intervals(gains, 2, ends, 1, trial.team, trial.tick);
    for (const std::uint32_t k : {1U, 2U}) {
        const auto gain = row_of(rows, 1, Segment::all, k).ndcg_gain.value();
        EXPECT_EQ(gain.interval.low, intervals[k - 1].low);
        EXPECT_EQ(gain.interval.high, intervals[k - 1].high);
        EXPECT_LT(gain.interval.low, 0);
        EXPECT_GT(gain.interval.high, 0);
    }
}

TEST(Evaluation, NoGainOverItself) {
    const auto events = random_events(17, {.users = 200, .products = 80, .events = 12'000, .skew = 2});
    auto options = usual_evaluation();
    JudgedModel same{JudgedKind::neighbors};
    same.reading = {options.split.history, static_cast<int>(options.scored_neighbors)};
    options.models = {{JudgedKind::neighbors}, {JudgedKind::popularity}, same};
    std::size_t compared = 0;
    for (const EvaluationRow& row : run(events, options)) {
        EXPECT_EQ(row.ndcg_gain.has_value(), row.model != 0);
        if (row.model != 2)
            continue;
        ++compared;
        EXPECT_EQ(row.ndcg_gain->mean, 0);
        EXPECT_EQ(row.ndcg_gain->interval.low, 0);
        EXPECT_EQ(row.ndcg_gain->interval.high, 0);
    }
    EXPECT_GT(compared, options.ks.size());
}

// Knows the answers of so many in a thousand users; one that knows those of more knows these, too.
class Acquainted final : public Recommender {
public:
    explicit Acquainted(std::uint64_t permille) : permille_(permille) {}
    void recommend(const TestUser& user, std::uint32_t, RecommenderScratch&, Ids& list) const override {
        list.clear();
        if (RandomBits(5, static_cast<std::uint64_t>(user.user_id)).below(1000) < permille_)
            list.push_back(user.answers.front());
    }

private:
    std::uint64_t permille_;
};

TEST(Evaluation, GainsTellApartWhatIntervalsDoNot) {
    const auto events = random_events(4, {.users = 3000, .products = 200, .events = 40'000});
    auto options = usual_evaluation(SplitKind::leave_last_out);
    options.split.include_seen = true;
    Trial trial(events, options);
    const auto ndcg = static_cast<std::size_t>(Metric::ndcg);
    const auto worse = row_of(trial.judge_one(Acquainted(500)), 0, Segment::all, 2);
    const auto better = row_of(trial.judge_one(Acquainted(510), 1), 1, Segment::all, 2);
    EXPECT_LT(better.means[ndcg], worse.intervals[ndcg].high);
    EXPECT_GT(worse.means[ndcg], better.intervals[ndcg].low);
    EXPECT_NEAR(better.ndcg_gain.value().mean, better.means[ndcg] - worse.means[ndcg], 1e-12);
    EXPECT_GT(better.ndcg_gain->interval.low, 0);
    EXPECT_LT(better.ndcg_gain->interval.high, 0.02);
}

// Knows the answers.
class Clairvoyant final : public Recommender {
public:
    void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch&, Ids& list) const override {
        list.assign(user.answers.begin(), user.answers.begin() + std::min<std::ptrdiff_t>(count, std::ssize(user.answers)));
    }
};

class RandomRecommender final : public Recommender {
public:
    explicit RandomRecommender(const KnownProducts& products) : products_(products) {}
    void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch&, Ids& list) const override {
        RandomBits random(99, static_cast<std::uint64_t>(user.user_id));
        list.clear();
        while (list.size() < count) {
            const std::int64_t product = products_.id(static_cast<std::uint32_t>(random.below(products_.size())));
            if (std::ranges::find(list, product) == list.end())
                list.push_back(product);
        }
    }

private:
    const KnownProducts& products_;
};

TEST(Evaluation, PerfectIsOneRandomIsChancePopularityIsBetween) {
    const auto events = random_events(4, {.users = 3000, .products = 200, .events = 40'000, .skew = 2});
    auto options = usual_evaluation(SplitKind::leave_last_out);
    options.ks = {10};
    options.split.include_seen = true;
    options.models = {{JudgedKind::popularity}};
    Trial trial(events, options);
    const auto perfect = row_of(trial.judge_one(Clairvoyant{}), 0, Segment::all, 10);
    EXPECT_NEAR(mean(perfect, Metric::precision), 1.0 / 10, 1e-12);
    for (const Metric metric : {Metric::recall, Metric::hit_rate, Metric::ndcg, Metric::mrr, Metric::map})
        EXPECT_EQ(mean(perfect, metric), 1);
    for (const auto& interval : {perfect.intervals[0], perfect.intervals[3]}) {
        EXPECT_EQ(interval.low, 1);
        EXPECT_EQ(interval.high, 1);
    }
    const auto chance = row_of(trial.judge_one(RandomRecommender(trial.split.products())), 0, Segment::all, 10);
    const double expected = 10.0 / trial.split.products().size();
    EXPECT_GT(chance.users, 2900U);
    EXPECT_NEAR(mean(chance, Metric::hit_rate), expected, 4 * std::sqrt(expected / static_cast<double>(chance.users)));
    EXPECT_NEAR(mean(chance, Metric::precision), expected / 10, 0.1 * 4 * std::sqrt(expected / static_cast<double>(chance.users)));
    const auto popular = row_of(run(events, options), 0, Segment::all, 10);
    EXPECT_GT(mean(popular, Metric::hit_rate), 2 * mean(chance, Metric::hit_rate));
    EXPECT_LT(mean(popular, Metric::hit_rate), 0.9);
    EXPECT_GT(popular.popularity_bias.value(), chance.popularity_bias.value());
}

// ---- next_in_session ----

constexpr std::int64_t kMinute = 60'000'000;

// Past views: product 1 three times, 2 twice, 3 once; popularity is 1, 2, 3. Sessions after the split, and what each of
// their events after the first is judged by, at k = 2 (seen products may not come again):
//
//     session             history   answer   list   hit at rank
//     user 1, id 5: 1 3   1         3        2 3    2
//                   then  1 3       2        2      1
//     user 1, id 5, an hour later: 2, alone
//     user 1, no id: 2 2  2         2 (seen)
//                   then  2         1        1 3    1
//     user 2: 3 4         3         4        1 2
//     user 3: began before the split
std::vector<Event> sessions_by_hand() {
    std::vector<Event> events;
    for (const std::int64_t product : {1, 1, 1, 2, 2, 3})
        events.push_back(view(9, product, kSplit - kDay));
    const auto visit = [&](std::int64_t user, std::uint64_t session, std::int64_t start, const Ids& products) {
        for (const std::int64_t product : products) {
            events.push_back(view(user, product, start, session));
            start += 30 * kMinute;
        }
    };
    visit(1, 5, kSplit + 1, {1, 3, 2});
    visit(1, 5, kSplit + 1 + 91 * kMinute, {2});
    visit(1, 0, kSplit + 1, {2, 2, 1});
    visit(2, 5, kSplit + 1, {3, 4});
    visit(3, 7, kSplit - 30 * kMinute + 1, {1, 3, 3});
    events[events.size() - 3].product_id = 99;  // past, of the session that began before the split
    return events;
}

EvaluationOptions walk() {
    auto options = usual_evaluation(SplitKind::next_in_session);
    options.models = {{JudgedKind::popularity}};
    return options;
}

TEST(Evaluation, SessionsByHand) {
    const auto rows = run(sessions_by_hand(), walk());
    const double third = 1 / std::log2(3.0);
    const auto& first = row_of(rows, 0, Segment::all, 1);
    EXPECT_EQ(first.users, 4U);
    EXPECT_DOUBLE_EQ(mean(first, Metric::hit_rate), 2.0 / 4);
    const auto& second = row_of(rows, 0, Segment::all, 2);
    EXPECT_DOUBLE_EQ(mean(second, Metric::hit_rate), 3.0 / 4);
    EXPECT_DOUBLE_EQ(mean(second, Metric::recall), 3.0 / 4);
    EXPECT_DOUBLE_EQ(mean(second, Metric::precision), 1.5 / 4);
    EXPECT_DOUBLE_EQ(mean(second, Metric::mrr), (0.5 + 1 + 1 + 0) / 4);
    EXPECT_DOUBLE_EQ(mean(second, Metric::ndcg), (third + 1 + 1 + 0) / 4);
    EXPECT_EQ(row_of(rows, 0, Segment::history_1, 2).users, 2U);
    EXPECT_EQ(row_of(rows, 0, Segment::history_2_5, 2).users, 2U);
    EXPECT_EQ(row_of(rows, 0, Segment::new_products, 2).users, 1U);

    auto seen = walk();
    seen.split.include_seen = true;
    const auto again = row_of(run(sessions_by_hand(), seen), 0, Segment::all, 2);
    EXPECT_EQ(again.users, 5U);
    EXPECT_DOUBLE_EQ(mean(again, Metric::mrr), (0 + 0.5 + 0.5 + 1 + 0) / 5);
}

TEST(EvaluationSplit, SessionsAreSampledWhole) {
    auto events = random_events(5, {.users = 400, .products = 50, .events = 40'000});
    for (std::size_t at = 0; at < events.size(); ++at) {
        events[at].event_id = static_cast<std::int64_t>(at);
        events[at].session = 1 + at % 3;
        events[at].time_us = kSplit + (events[at].time_us - kSplit) / 500;  // close enough for sessions
    }
    auto options = walk();
    options.split.include_seen = true;
    const Trial everybody(events, options);
    options.split.most_users = 20;
    const Trial some(events, options);
    const auto cases_of = [](const Trial& trial) {
        std::map<std::uint32_t, std::vector<std::pair<std::int64_t, Ids>>> cases;
        for (const auto& user : trial.split.users())
            cases[user.cluster].emplace_back(user.user_id, user.answers);
        return cases;
    };
    const auto chosen = cases_of(some);
    const auto all = cases_of(everybody);
    EXPECT_GT(all.size(), 50U);
    EXPECT_LE(chosen.size(), 20U);
    EXPECT_GT(chosen.size(), 5U);
    for (const auto& [cluster, cases] : chosen)
        EXPECT_TRUE(std::ranges::any_of(all, [&](const auto& whole) { return whole.second == cases; }));
}

// ---- no leakage ----

const SplitKind kSplitKinds[] = {SplitKind::time, SplitKind::leave_last_out, SplitKind::leave_last_session_out,
                                 SplitKind::next_in_session};

TEST(EvaluationSplit, PastEventsAreWhatComesBeforeTheSplit) {
    auto events = random_events(11, {.users = 60, .products = 40, .events = 3000});
    for (std::size_t at = 0; at < events.size(); ++at)
        events[at].event_id = static_cast<std::int64_t>((at * 7919) % events.size());
    const auto moment = [](const Event& event) { return std::pair(event.time_us, event.event_id); };
    for (const SplitKind kind : kSplitKinds) {
        // By the definition, with maps.
        std::map<std::int64_t, Event> last;
        for (const auto& event : events)
            if (event.time_us <= kNow && (!last.contains(event.user_id) || moment(last[event.user_id]) < moment(event)))
                last[event.user_id] = event;
        std::map<std::int64_t, std::pair<std::int64_t, std::int64_t>> cut;
        for (const auto& [user, event] : last)
            cut[user] = moment(event);
        if (kind == SplitKind::leave_last_session_out)
            for (const auto& event : events)
                if (event.time_us <= kNow && event.session != 0 && event.session == last[event.user_id].session)
                    cut[event.user_id] = std::min(cut[event.user_id], moment(event));
        std::vector<std::int64_t> expected;
        for (const auto& event : events)
            if (splits_by_time(kind) ? event.time_us <= kSplit : event.time_us <= kNow && moment(event) < cut[event.user_id])
                expected.push_back(event.event_id);

        Trial trial(events, usual_evaluation(kind));
        PastEvents past(trial.log, trial.split);
        std::vector<std::int64_t> seen;
        past.scan([&](std::span<const Event> batch) {
            for (const auto& event : batch)
                seen.push_back(event.event_id);
        });
        EXPECT_EQ(seen, expected);
        EXPECT_LT(seen.size(), events.size());
        for (const auto& user : trial.split.users()) {
            EXPECT_TRUE(std::ranges::none_of(user.left_out, [&](std::int64_t id) { return std::ranges::binary_search(user.answers, id); }));
            if (kind == SplitKind::leave_last_out) {
                EXPECT_EQ(user.answers, Ids{last[user.user_id].product_id});
            }
        }
    }
}

// Product 99 is all the rage after the split, with everybody, and product 7 is what they all come with: a model that
// saw any of it would put 99 first.
TEST(Evaluation, NothingAfterTheSplitReachesAModel) {
    std::vector<Event> events;
    for (std::int64_t user = 1; user <= 200; ++user) {
        events.push_back(view(user, 7, kSplit - kDay, 1));
        events.push_back(view(user, user % 2 == 0 ? 8 : 9, kSplit - kDay, 1));
        for (int again = 0; again < 5; ++again)
            events.push_back(view(user, again == 0 ? 7 : 99, kSplit + 1 + again, 2));
    }
    for (const SplitKind kind : {SplitKind::time, SplitKind::leave_last_session_out, SplitKind::next_in_session}) {
        auto options = usual_evaluation(kind);
        options.ks = {10};
        options.trending = {30 * kDay, 10 * kDay};
        const auto rows = run(events, options);
        for (std::size_t model = 0; model < options.models.size(); ++model) {
            const auto& row = row_of(rows, model, Segment::all, 10);
            EXPECT_EQ(row.users, 200U);
            EXPECT_EQ(row.means, ListMetrics{});
            EXPECT_GT(row.coverage, 0);  // each model showed something
        }
    }
}

TEST(Evaluation, WhatHappensAfterAsOfChangesNothing) {
    auto events = random_events(6, {.users = 80, .products = 40, .events = 3000});
    auto later = events;
    for (int at = 0; at < 500; ++at)
        later.push_back(view(1000 + 7 * (at % 80), 50, kNow + 1 + at));
    for (const SplitKind kind : kSplitKinds) {
        const auto before = run(events, usual_evaluation(kind));
        const auto after = run(later, usual_evaluation(kind));
        ASSERT_EQ(before.size(), after.size());
        for (std::size_t at = 0; at < before.size(); ++at)
            EXPECT_EQ(before[at].means, after[at].means);
    }
}

// ---- lists are those of the definitions ----

TEST(Evaluation, CosineListsAreThoseOfTheDefinition) {
    auto events = random_events(21, {.users = 120, .products = 60, .events = 4000, .skew = 2});
    for (std::size_t at = 0; at < events.size(); ++at)
        events[at].event_id = static_cast<std::int64_t>(at);
    auto options = usual_evaluation();
    options.split.history = {.events = 8, .half_life = 3, .exponent = 0.5};
    options.build.min_co_count = 1;
    options.models = {{JudgedKind::neighbors}};
    options.ks = {5};
    auto naive_options = options.build;
    naive_options.kept_neighbors = options.scored_neighbors;
    std::map<std::int64_t, NeighborList> neighbors;
    for (const auto& list : expected_models(events, naive_options).similarity)
        neighbors[list.product] = list;

    std::map<std::int64_t, std::vector<Event>> histories;
    std::map<std::int64_t, std::vector<std::int64_t>> answers;
    for (const auto& event : events)
        if (event.time_us <= kSplit)
            histories[event.user_id].push_back(event);
        else if (event.time_us <= kNow)
            answers[event.user_id].push_back(event.product_id);
    double old_answers = 0;
    double hits = 0;
    double judged = 0;
    for (auto& [user, wanted] : answers) {
        auto history = histories[user];
        std::ranges::sort(history, [](const Event& a, const Event& b) {
            return std::pair(a.time_us, a.event_id) > std::pair(b.time_us, b.event_id);
        });
        // What the user had before his history is no answer either.
        for (std::size_t at = 0; at < history.size(); ++at)
            old_answers += static_cast<double>(std::erase(wanted, history[at].product_id)) * (at < 8 ? 0 : 1);
        history.resize(std::min<std::size_t>(history.size(), 8));
        std::map<std::int64_t, double> weights;
        std::set<std::int64_t> moments;
        for (const auto& event : history) {
            moments.insert(event.time_us);
            const double recency = std::exp2(-(static_cast<double>(moments.size()) - 1) / 3);
            weights[event.product_id] += recency * options.split.event_types[event.type].weight;
        }
        std::map<std::int64_t, double> scores;
        for (const auto& [product, weight] : weights)
            for (std::size_t at = 0; at < neighbors[product].ids.size(); ++at)
                scores[neighbors[product].ids[at]] += std::sqrt(weight) * neighbors[product].scores[at];
        for (const auto& event : history)
            scores.erase(event.product_id);
        std::vector<std::pair<double, std::int64_t>> ranked;
        for (const auto& [product, score] : scores)
            ranked.emplace_back(-score, product);
        std::ranges::sort(ranked);
        ranked.resize(std::min<std::size_t>(ranked.size(), 5));
        if (wanted.empty())
            continue;
        judged += 1;
        hits += std::ranges::any_of(ranked, [&](const auto& line) { return std::ranges::find(wanted, line.second) != wanted.end(); });
    }
    const auto row = row_of(run(events, options), 0, Segment::all, 5);
    EXPECT_EQ(static_cast<double>(row.users), judged);
    EXPECT_DOUBLE_EQ(mean(row, Metric::hit_rate), hits / judged);
    EXPECT_GT(hits, 0);
    EXPECT_GT(old_answers, 0);
}

// Each model reads the same histories its own way, whoever is judged beside it.
TEST(Evaluation, ModelsReadHistoriesTheirOwnWay) {
    auto events = random_events(17, {.users = 200, .products = 80, .events = 12'000, .skew = 2});
    for (std::size_t at = 0; at < events.size(); ++at) {
        events[at].event_id = static_cast<std::int64_t>(at);
        events[at].session = 1 + at % 3;
    }
    const JudgedModel plain{JudgedKind::neighbors};
    JudgedModel patient = plain;
    patient.reading = {{1000, 0, 1}, 50};
    JudgedModel hasty = plain;
    hasty.reading = {{3, 1, 0}, 2};
    JudgedModel shrunk = hasty;
    shrunk.similarity.shrinkage = 5;
    for (const SplitKind kind : kSplitKinds) {
        if (kind == SplitKind::next_in_session)
            for (Event& event : events)
                event.time_us = kSplit + (event.time_us - kSplit) / 500;  // close enough for sessions
        auto beside = usual_evaluation(kind);
        beside.split.history = {10, 2, 0.5};
        beside.models = {plain, {JudgedKind::popularity}, patient, shrunk, hasty, {JudgedKind::again}};
        const auto rows = run(events, beside);
        EXPECT_TRUE(std::ranges::is_sorted(rows, {}, &EvaluationRow::model));
        for (std::size_t model = 0; model < beside.models.size(); ++model) {
            auto alone = beside;
            alone.models = {beside.models[model]};
            const auto same = run(events, alone);
            ASSERT_EQ(std::ranges::count(rows, model, &EvaluationRow::model), std::ssize(same));
            for (const EvaluationRow& row : same) {
                const auto& there = row_of(rows, model, row.segment, row.k);
                EXPECT_EQ(row.means, there.means);
                EXPECT_EQ(row.users, there.users);
                EXPECT_EQ(row.coverage, there.coverage);
            }
        }
        EXPECT_NE(row_of(rows, 2, Segment::all, 2).means, row_of(rows, 4, Segment::all, 2).means);
        // The same as where all are read like this; segments are by the usual history.
        auto settings = beside;
        settings.models = {plain};
        settings.split.history = hasty.reading->history;
        settings.scored_neighbors = 2;
        EXPECT_EQ(row_of(run(events, settings), 0, Segment::all, 2).means, row_of(rows, 4, Segment::all, 2).means);
    }
}

// By weight, then by the newest event; only when seen products may be shown.
TEST(Evaluation, AgainListsTheHistory) {
    const std::vector<Event> events{view(1, 30, kSplit - 3 * kDay, 1), view(1, 20, kSplit - 2 * kDay, 2), view(1, 10, kSplit - kDay, 3),
                                    view(1, 20, kSplit - kDay, 4), view(1, 30, kSplit + 1, 5)};
    auto options = usual_evaluation();
    options.models = {{JudgedKind::again}};
    options.ks = {1, 2, 3};
    EXPECT_TRUE(run(events, options).empty());  // 30 is no answer
    options.split.include_seen = true;
    const auto rows = run(events, options);
    EXPECT_EQ(mean(row_of(rows, 0, Segment::all, 2), Metric::hit_rate), 0);  // 20 with two events, then 10
    EXPECT_EQ(mean(row_of(rows, 0, Segment::all, 3), Metric::mrr), 1.0 / 3);
}

TEST(Evaluation, SameRowsForAnyThreadsAndAnyOrderOfEvents) {
    auto events = random_events(8, {.users = 300, .products = 80, .events = 6000});
    for (std::size_t at = 0; at < events.size(); ++at)
        events[at].event_id = static_cast<std::int64_t>(at);
    auto options = usual_evaluation();
    options.split.most_users = 100;
    const auto expected = run(events, options);
    EXPECT_LE(row_of(expected, 0, Segment::all, 1).users, 100U);
    std::ranges::reverse(events);
    for (const unsigned threads : {1U, 2U, 7U}) {
        options.build.threads = threads;
        const auto rows = run(events, options);
        ASSERT_EQ(rows.size(), expected.size());
        for (std::size_t at = 0; at < rows.size(); ++at) {
            EXPECT_EQ(rows[at].means, expected[at].means);
            EXPECT_EQ(rows[at].intervals[0].low, expected[at].intervals[0].low);
            EXPECT_EQ(rows[at].ndcg_gain.has_value(), expected[at].ndcg_gain.has_value());
            EXPECT_EQ(rows[at].ndcg_gain.value_or(Gain{}).interval.low, expected[at].ndcg_gain.value_or(Gain{}).interval.low);
            EXPECT_EQ(rows[at].novelty, expected[at].novelty);
        }
    }
    options.split.seed = 2;
    EXPECT_NE(row_of(run(events, options), 1, Segment::all, 2).means, row_of(expected, 1, Segment::all, 2).means);
}

TEST(EvaluationSplit, LargerDrawsOfASeedHoldTheSmallerOnes) {
    const auto events = random_events(8, {.users = 600, .products = 80, .events = 12'000});
    const auto drawn = [&](std::uint32_t most_users, std::uint64_t seed) {
        auto options = usual_evaluation();
        options.split.most_users = most_users;
        options.split.seed = seed;
        const Trial trial(events, options);
        Ids ids;
        for (const TestUser& user : trial.split.users())
            ids.push_back(user.user_id);
        return ids;
    };
    const auto some = drawn(100, 1);
    EXPECT_GT(some.size(), 80U);
    EXPECT_GT(drawn(200, 1).size(), some.size() + 60);
    EXPECT_TRUE(std::ranges::includes(drawn(200, 1), some));
    Ids common;
    std::ranges::set_intersection(drawn(100, 2), some, std::back_inserter(common));
    EXPECT_LT(common.size(), some.size() / 2);
}

TEST(Evaluation, OnlyTheTypesAskedForAreAnswers) {
    auto events = five_users();
    auto bought = view(1, 6, kSplit + 1);
    bought.type = 2;
    events.push_back(bought);
    auto options = usual_evaluation();
    options.split.is_answer = {false, false, true};
    const auto rows = run(events, options);
    EXPECT_EQ(row_of(rows, 0, Segment::all, 1).users, 1U);
}

TEST(Evaluation, NobodyToJudgeGivesNoRows) {
    EXPECT_TRUE(run({}, usual_evaluation()).empty());
    EXPECT_TRUE(run({view(1, 1, kSplit - 1), view(1, 2, kNow + 1)}, usual_evaluation()).empty());
}

TEST(Evaluation, CanBeCancelledInEveryPhase) {
    const auto events = random_events(2, {.users = 200, .products = 60, .events = 20'000});
    for (const Phase phase : {Phase::scan, Phase::similarity, Phase::write})
        EXPECT_THROW(run(events, usual_evaluation(),
                         [&](Phase now, std::uint64_t, std::uint64_t) {
                             if (now == phase)
                                 throw Cancelled{};
                         }),
                     Cancelled);
}

TEST(Evaluation, SaysWhenMemoryIsTooSmall) {
    const auto events = random_events(2, {.users = 5000, .products = 2000, .events = 50'000});
    auto options = usual_evaluation();
    options.build.memory_bytes = 100'000;
    EXPECT_THROW(run(events, options), BudgetExceeded);
}

}  // namespace
}  // namespace shopsmart::core::test
