// SLIM against coordinate descent on full matrices, with nothing left out and until nothing moves any more.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <stdexcept>

#include "core/errors.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

// W(i,j) by i and j, without zeros.
std::map<std::int64_t, std::map<std::int64_t, double>> naive_weights(const std::vector<Event>& events, const ModelOptions& options) {
    std::map<std::int64_t, std::set<std::int64_t>> users_of;
    for (const auto& event : events)
        if (event.time_us <= options.as_of_us && event.time_us > options.lookback_start_us && options.event_types[event.type].weight > 0)
            users_of[event.product_id].insert(event.user_id);
    const auto common = [&](std::int64_t i, std::int64_t j) {
        return static_cast<double>(std::ranges::count_if(users_of[i], [&](auto user) { return users_of[j].contains(user); }));
    };
    std::map<std::int64_t, std::map<std::int64_t, double>> weights;
    for (const auto& [j, users] : users_of) {
        std::vector<std::pair<double, std::int64_t>> candidates;
        for (const auto& [i, others] : users_of)
            if (i != j && common(i, j) >= options.min_co_count)
                candidates.emplace_back(-common(i, j) / std::sqrt(static_cast<double>(users.size() * others.size())), i);
        std::ranges::sort(candidates);
        candidates.resize(std::min(candidates.size(), static_cast<std::size_t>(options.similarity.candidates)));
        const std::size_t count = candidates.size();
        std::vector<std::vector<double>> gram(count, std::vector<double>(count));
        std::vector<double> target(count);
        for (std::size_t a = 0; a < count; ++a)
            target[a] = common(candidates[a].second, j);
        for (std::size_t a = 0; a < count; ++a)
            for (std::size_t b = 0; b < count; ++b)
                gram[a][b] = common(candidates[a].second, candidates[b].second);
        std::vector<double> solution(count, 0);
        for (int round = 0; round < 1000; ++round)
            for (std::size_t a = 0; a < count; ++a) {
                double wanted = target[a] - options.similarity.sparsity;
                for (std::size_t b = 0; b < count; ++b)
                    wanted -= b == a ? 0 : gram[a][b] * solution[b];
                solution[a] = std::max(0.0, wanted) / (gram[a][a] + options.similarity.smoothness);
            }
        for (std::size_t a = 0; a < count; ++a)
            if (solution[a] > 0)
                weights[candidates[a].second][j] = solution[a];
    }
    return weights;
}

ModelOptions slim_options() {
    auto options = usual_options();
    options.similarity.kind = SimilarityKind::slim;
    options.kept_neighbors = 1000;
    return options;
}

const Shape kShape{.users = 200, .products = 40, .events = 1500, .skew = 2};

TEST(Slim, EqualsNaiveCoordinateDescent) {
    std::uint64_t seed = 60;
    for (const double candidates : {1000.0, 7.0})
        for (const auto& [l1, l2] : {std::pair{0.5, 10.0}, {0.0, 1.0}, {3.0, 0.5}}) {
            SCOPED_TRACE(testing::Message() << candidates << " candidates, l1 " << l1 << ", l2 " << l2);
            const auto events = random_events(++seed, kShape);
            auto options = slim_options();
            options.similarity.candidates = candidates;
            options.similarity.sparsity = l1;
            options.similarity.smoothness = l2;
            auto expected = naive_weights(events, options);
            std::size_t found = 0;
            for (const auto& list : record_build(events, options).models.similarity)
                for (std::size_t place = 0; place < list.ids.size(); ++place) {
                    auto& weight = expected[list.product][list.ids[place]];
                    EXPECT_NEAR(list.scores[place], weight, 1e-3);
                    EXPECT_GE(list.co_counts[place], 2);
                    weight = 0;
                    ++found;
                }
            for (const auto& [i, row] : expected)
                for (const auto& [j, weight] : row)
                    EXPECT_LT(weight, 1e-3) << i << " to " << j << " is missing";
            EXPECT_GT(found, 100U);
        }
}

TEST(Slim, KeepsTheBest) {
    const auto events = random_events(70, kShape);
    auto options = slim_options();
    const auto all = record_build(events, options).models.similarity;
    options.kept_neighbors = 4;
    const auto best = record_build(events, options).models.similarity;
    ASSERT_EQ(best.size(), all.size());
    for (std::size_t at = 0; at < all.size(); ++at) {
        EXPECT_TRUE(std::ranges::is_sorted(all[at].scores, std::greater{}));
        const auto kept = static_cast<std::ptrdiff_t>(std::min<std::size_t>(4, all[at].ids.size()));
        EXPECT_EQ(best[at].ids, std::vector(all[at].ids.begin(), all[at].ids.begin() + kept));
    }
}

TEST(Slim, SameBitsForAnyThreadsAndOrderOfEvents) {
    auto events = random_events(71, {.users = 2000, .products = 900, .events = 30'000, .skew = 2});
    auto options = slim_options();
    options.kept_neighbors = 20;
    const auto expected = record_build(events, options).models;
    ASSERT_FALSE(expected.similarity.empty());
    std::ranges::reverse(events);
    for (const unsigned threads : {1U, 2U, 7U}) {
        options.threads = threads;
        EXPECT_EQ(record_build(events, options).models, expected);
    }
}

TEST(Slim, NothingToLearnFrom) {
    EXPECT_TRUE(record_build({}, slim_options()).models.similarity.empty());
    const auto events = random_events(72, {.users = 1, .products = 5, .events = 10});
    EXPECT_TRUE(record_build(events, slim_options()).models.similarity.empty());
}

TEST(Slim, RefusesImpossibleParameters) {
    for (const double candidates : {0.0, 1001.0, std::nan("")}) {
        auto options = slim_options();
        options.similarity.candidates = candidates;
        EXPECT_THROW(record_build({}, options), InvalidInput);
    }
    auto options = slim_options();
    options.similarity.sparsity = -1;
    EXPECT_THROW(record_build({}, options), InvalidInput);
}

// Without any penalty a weight may have no single best value, but there is an end.
TEST(Slim, EndsWithoutPenalties) {
    auto options = slim_options();
    options.similarity.sparsity = 0;
    options.similarity.smoothness = 0;
    const auto recorded = record_build(random_events(73, {.users = 20, .products = 60, .events = 2000}), options);
    for (const auto& list : recorded.models.similarity)
        for (const double score : list.scores)
            EXPECT_TRUE(score > 0 && score <= 1) << score;
}

TEST(Slim, SaysHowMuchMemoryWouldDo) {
    const auto events = random_events(74, kShape);
    auto options = slim_options();
    const auto expected = record_build(events, options);
    options.memory_bytes = 1000;
    for (int refusals = 0;; ++refusals) {
        ASSERT_LT(refusals, 60);
        try {
            const auto recorded = record_build(events, options);
            EXPECT_EQ(recorded.models, expected.models);
            EXPECT_LE(recorded.report.peak_bytes, options.memory_bytes);
            break;
        } catch (const BudgetExceeded& refused) {
            ASSERT_GT(refused.needed_bytes, options.memory_bytes);
            options.memory_bytes = refused.needed_bytes;
        }
    }
    EXPECT_LE(options.memory_bytes, 2 * expected.report.peak_bytes);
}

class Stop : public std::runtime_error {
    using std::runtime_error::runtime_error;
};

TEST(Slim, ShowsProgressAndCanBeCancelled) {
    const auto events = random_events(75, {.users = 4000, .products = 1500, .events = 100'000});
    auto options = slim_options();
    options.threads = 2;
    options.kept_neighbors = 20;
    std::uint64_t last = 0;
    std::uint64_t ticks = 0;
    record_build(events, options, [&](Phase phase, std::uint64_t done, std::uint64_t total) {
        if (phase != Phase::similarity)
            return;
        ++ticks;
        EXPECT_GE(done, last);
        EXPECT_LE(done, total);
        last = done;
    });
    EXPECT_GT(ticks, 10U);
    for (const std::uint64_t stop_at : {std::uint64_t{1}, ticks / 2}) {
        std::uint64_t seen = 0;
        EXPECT_THROW(record_build(events, options,
                                  [&](Phase phase, std::uint64_t, std::uint64_t) {
                                      if (phase == Phase::similarity && ++seen == stop_at)
                                          throw Stop("now");
                                  }),
                     Stop);
    }
}

}  // namespace
}  // namespace shopsmart::core::test
