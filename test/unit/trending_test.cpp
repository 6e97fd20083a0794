#include "core/trending.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <random>
#include <set>

#include "core/errors.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

const std::vector<EventType> kTypes = {{1, false}, {3, true}, {5, true}, {0, false}};
const std::vector<TrendingWindow> kWindows = {{kDay, kDay / 4}, {7 * kDay, 2 * kDay}, {30 * kDay, 10 * kDay}};

TrendingOptions usual_trending() {
    return {kTypes, kWindows, kNow};
}

Event event_at(std::int64_t product, std::int64_t time_us, std::uint32_t type = 0) {
    return {.user_id = 1, .product_id = product, .time_us = time_us, .session = 0, .type = type};
}

std::vector<RankedList> lists_of(const std::vector<Event>& events, const std::vector<ProductCategory>& products = {},
                                 const std::vector<CategoryNode>& tree = {}) {
    TrendingScores scores(usual_trending());
    scores.add(events);
    return scores.lists(products, tree);
}

const RankedList* find_list(const std::vector<RankedList>& lists, std::size_t window, std::int64_t category) {
    const auto found = std::ranges::find_if(
        lists, [&](const RankedList& list) { return list.window == window && list.category_id == category; });
    return found == lists.end() ? nullptr : &*found;
}

using Ids = std::vector<std::int64_t>;

Ids products_in(const std::vector<RankedList>& lists, std::size_t window, std::int64_t category) {
    const auto* list = find_list(lists, window, category);
    return list == nullptr ? Ids{} : list->product_ids;
}

TEST(Trending, NothingGivesNoLists) {
    EXPECT_TRUE(lists_of({}).empty());
    EXPECT_TRUE(lists_of({event_at(1, kNow, 3)}).empty());
}

TEST(Trending, WindowsAreOpenBelowAndClosedAbove) {
    const auto lists = lists_of({event_at(1, kNow), event_at(2, kNow + 1), event_at(3, kNow - kDay),
                                 event_at(4, kNow - kDay + 1), event_at(5, kNow - 30 * kDay),
                                 event_at(6, kNow - 30 * kDay + 1), event_at(7, INT64_MIN), event_at(8, INT64_MAX)});
    EXPECT_EQ(products_in(lists, 0, kWholeShop), (Ids{1, 4}));
    EXPECT_EQ(products_in(lists, 1, kWholeShop), (Ids{1, 4, 3}));
    EXPECT_EQ(products_in(lists, 2, kWholeShop), (Ids{1, 4, 3, 6}));
}

TEST(Trending, WeightsHalveWithAge) {
    const auto lists = lists_of({event_at(1, kNow - kDay / 4, 2), event_at(2, kNow, 1), event_at(2, kNow - kDay / 2, 1)});
    const auto* list = find_list(lists, 0, kWholeShop);
    ASSERT_NE(list, nullptr);
    EXPECT_EQ(list->product_ids, (Ids{2, 1}));
    EXPECT_EQ(list->scores, (std::vector<double>{3 + 0.75, 2.5}));
}

TEST(Trending, TiesGoToTheSmallerId) {
    EXPECT_EQ(products_in(lists_of({event_at(9, kNow), event_at(-3, kNow), event_at(4, kNow)}), 0, kWholeShop),
              (Ids{-3, 4, 9}));
}

TEST(Trending, CategoriesHoldTheirDescendants) {
    const std::vector<CategoryNode> tree = {{3, 2}, {2, 1}, {1, kWholeShop}, {7, kWholeShop}};
    const auto lists = lists_of({event_at(10, kNow, 2), event_at(20, kNow, 1), event_at(30, kNow), event_at(40, kNow)},
                                {{10, 3}, {20, 1}, {30, kWholeShop}, {50, 7}, {40, 99}}, tree);
    EXPECT_EQ(products_in(lists, 0, kWholeShop), (Ids{10, 20, 30, 40}));
    EXPECT_EQ(products_in(lists, 0, 1), (Ids{10, 20}));
    EXPECT_EQ(products_in(lists, 0, 2), (Ids{10}));
    EXPECT_EQ(products_in(lists, 0, 3), (Ids{10}));
    EXPECT_EQ(find_list(lists, 0, 7), nullptr);
    EXPECT_EQ(find_list(lists, 0, 99), nullptr);  // not in the tree
}

TEST(Trending, CyclesEndWhereTheyBegan) {
    const auto lists = lists_of({event_at(10, kNow), event_at(20, kNow)}, {{10, 1}, {20, 4}}, {{1, 2}, {2, 3}, {3, 1}, {4, 4}});
    for (const std::int64_t category : {1, 2, 3})
        EXPECT_EQ(products_in(lists, 0, category), Ids{10});
    EXPECT_EQ(products_in(lists, 0, 4), Ids{20});
}

TEST(Trending, ListsComeByWindowThenCategory) {
    const auto lists = lists_of({event_at(10, kNow)}, {{10, 5}}, {{5, -2}, {-2, kWholeShop}});
    std::vector<std::pair<std::size_t, std::int64_t>> order;
    for (const auto& list : lists)
        order.emplace_back(list.window, list.category_id);
    EXPECT_TRUE(std::ranges::is_sorted(order));
    EXPECT_EQ(order.size(), 9U);
    EXPECT_EQ(order[0].second, kWholeShop);
}

TEST(Trending, EqualsTheDefinitionInAnyOrder) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        auto events = random_events(seed, {.users = 100, .products = 60, .events = 4000});
        std::mt19937_64 random(seed);
        std::vector<ProductCategory> products;
        for (std::int64_t product = 50; product < 50 + 3 * 50; product += 3)
            products.push_back({product, static_cast<std::int64_t>(random() % 10)});
        std::vector<CategoryNode> tree;
        for (std::int64_t category = 0; category < 10; ++category)
            tree.push_back({category, category == 0 ? kWholeShop : static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(category))});
        const auto lists = lists_of(events, products, tree);

        std::map<std::pair<std::size_t, std::int64_t>, std::map<std::int64_t, double>> expected;
        for (const auto& event : events)
            for (std::size_t window = 0; window < kWindows.size(); ++window) {
                const auto age = kNow - event.time_us;
                if (age < 0 || age >= kWindows[window].span_us)
                    continue;
                const double score = kTypes[event.type].weight *
                                     std::exp2(-static_cast<double>(age) / static_cast<double>(kWindows[window].half_life_us));
                expected[{window, kWholeShop}][event.product_id] += score;
                for (const auto& [product, category] : products)
                    if (product == event.product_id)
                        for (std::int64_t at = category; at != kWholeShop; at = tree[static_cast<std::size_t>(at)].parent_id)
                            expected[{window, at}][product] += score;
            }
        ASSERT_EQ(lists.size(), expected.size()) << "seed " << seed;
        for (const auto& list : lists) {
            const auto& scores = expected.at({list.window, list.category_id});
            ASSERT_EQ(list.product_ids.size(), scores.size());
            for (std::size_t at = 0; at < list.scores.size(); ++at) {
                const double wanted = scores.at(list.product_ids[at]);
                EXPECT_NEAR(list.scores[at], wanted, 1e-12 * wanted);
                EXPECT_TRUE(at == 0 || list.scores[at - 1] > list.scores[at] ||
                            (list.scores[at - 1] == list.scores[at] && list.product_ids[at - 1] < list.product_ids[at]));
            }
        }

        std::shuffle(events.begin(), events.end(), random);
        TrendingScores shuffled(usual_trending());
        for (const auto& event : events)
            shuffled.add({&event, 1});
        const auto again = shuffled.lists(products, tree);
        ASSERT_EQ(again.size(), lists.size());
        for (std::size_t at = 0; at < lists.size(); ++at) {
            EXPECT_EQ(again[at].product_ids, lists[at].product_ids);
            EXPECT_EQ(again[at].scores, lists[at].scores);
        }
    }
}

TEST(Trending, CountsTheEventsOfTheLongestWindow) {
    TrendingScores scores(usual_trending());
    scores.add(std::vector{event_at(1, kNow), event_at(1, kNow - 29 * kDay), event_at(1, kNow - 30 * kDay), event_at(1, kNow + 1)});
    EXPECT_EQ(scores.events_counted(), 2U);
}

TEST(Trending, TellsWhenAnEventLeavesAWindow) {
    TrendingScores scores(usual_trending());
    EXPECT_EQ(scores.unchanged_us(), INT64_MAX);
    EXPECT_EQ(scores.weight(), 0);
    scores.add(std::vector{event_at(1, kNow - 29 * kDay)});
    EXPECT_EQ(scores.unchanged_us(), kDay);
    scores.add(std::vector{event_at(1, kNow - kDay + 5), event_at(1, kNow - 30 * kDay), event_at(1, kNow + 1)});
    EXPECT_EQ(scores.unchanged_us(), 5);
    EXPECT_GT(scores.weight(), 0);
}

TEST(Trending, RefusesImpossibleOptions) {
    EXPECT_THROW(TrendingScores({kTypes, {{0, 1}}, kNow}), InvalidInput);
    EXPECT_THROW(TrendingScores({kTypes, {{1, 0}}, kNow}), InvalidInput);
    EXPECT_THROW(TrendingScores({{{-1, false}}, kWindows, kNow}), InvalidInput);
    TrendingScores scores(usual_trending());
    EXPECT_THROW(scores.add(std::vector{event_at(1, kNow, 4)}), InvalidInput);
}

}  // namespace
}  // namespace shopsmart::core::test
