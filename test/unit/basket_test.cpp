#include <gtest/gtest.h>

#include "core/model_build.hpp"
#include "recorded_build.hpp"

namespace shopsmart::core::test {
namespace {

constexpr std::int64_t kStart = kNow - 10 * kDay;

Event purchase(std::int64_t user, std::int64_t product, std::int64_t time_us, std::uint64_t session = 0) {
    return {.user_id = user, .product_id = product, .time_us = time_us, .session = session, .type = 2};
}

Recorded build_from(const std::vector<Event>& events) {
    auto options = usual_options();
    options.min_co_count = 1;
    return record_build(events, options);
}

std::vector<std::int64_t> bought_with(const Recorded& recorded, std::int64_t product) {
    for (const auto& list : recorded.models.baskets)
        if (list.product == product)
            return list.ids;
    return {};
}

using Ids = std::vector<std::int64_t>;

TEST(Baskets, EndASpanAfterTheirFirstLine) {
    const auto recorded = build_from({purchase(1, 10, kStart), purchase(1, 20, kStart + kDay / 2),
                                      purchase(1, 30, kStart + kDay),      // inclusive
                                      purchase(1, 40, kStart + kDay + 1),  // starts the next
                                      purchase(1, 50, kStart + 2 * kDay + 1), purchase(1, 60, kStart + 2 * kDay + 2)});
    EXPECT_EQ(recorded.report.baskets, 3U);
    EXPECT_EQ(bought_with(recorded, 10), (Ids{20, 30}));
    EXPECT_EQ(bought_with(recorded, 40), (Ids{50}));
    EXPECT_EQ(bought_with(recorded, 60), Ids{});
}

TEST(Baskets, BelongToOneUserAndOneSession) {
    const auto recorded = build_from({purchase(1, 10, kStart, 5), purchase(1, 20, kStart, 5), purchase(1, 30, kStart, 6),
                                      purchase(1, 40, kStart, 0), purchase(2, 50, kStart, 5), purchase(1, 60, kStart, 0)});
    EXPECT_EQ(recorded.report.baskets, 4U);
    EXPECT_EQ(bought_with(recorded, 10), Ids{20});
    EXPECT_EQ(bought_with(recorded, 30), Ids{});
    EXPECT_EQ(bought_with(recorded, 40), Ids{60});
    EXPECT_EQ(bought_with(recorded, 50), Ids{});
}

TEST(Baskets, CountAProductOnce) {
    const auto recorded =
        build_from({purchase(1, 10, kStart), purchase(1, 10, kStart + 1), purchase(1, 10, kStart + 2),
                    purchase(1, 20, kStart + 3), purchase(2, 10, kStart), purchase(3, 10, kStart), purchase(4, 10, kStart)});
    ASSERT_EQ(recorded.models.baskets.size(), 2U);
    EXPECT_EQ(recorded.models.baskets[0].co_counts, std::vector<std::int32_t>{1});
    EXPECT_EQ(recorded.models.baskets[0].scores, std::vector<double>{0.5});  // 1 / sqrt(4 * 1)
}

TEST(Baskets, LeaveOutOtherTypesAndTheTimeBeforeTheLookback) {
    auto seen = purchase(1, 30, kStart);
    seen.type = 0;
    const auto recorded = build_from({purchase(1, 10, kStart), purchase(1, 20, kStart), seen,
                                      purchase(1, 40, kNow - 90 * kDay), purchase(1, 50, kNow - 90 * kDay),
                                      purchase(1, 60, kNow + 1)});
    EXPECT_EQ(recorded.report.baskets, 1U);
    EXPECT_EQ(bought_with(recorded, 10), Ids{20});
    EXPECT_EQ(recorded.models.baskets.size(), 2U);
}

TEST(Baskets, MayHoldEventsWithoutWeight) {
    auto options = usual_options();
    options.min_co_count = 1;
    options.event_types[2].weight = 0;
    const auto recorded = record_build({purchase(1, 10, kStart), purchase(1, 20, kStart)}, options);
    EXPECT_EQ(bought_with(recorded, 10), Ids{20});
    EXPECT_TRUE(recorded.models.similarity.empty());
    EXPECT_TRUE(recorded.models.popular_ids.empty());
    EXPECT_EQ(recorded.report.users, 0U);
    EXPECT_EQ(recorded.report.products, 0U);
}

TEST(Baskets, SpanTheWholeRangeOfTimes) {
    auto options = usual_options();
    options.min_co_count = 1;
    options.lookback_start_us = INT64_MIN;
    options.as_of_us = INT64_MAX;
    const std::vector<Event> events = {purchase(1, 10, INT64_MIN + 1), purchase(1, 20, INT64_MAX), purchase(1, 30, INT64_MAX)};
    EXPECT_EQ(record_build(events, options).report.baskets, 2U);
    options.basket_span_us = INT64_MAX;
    EXPECT_EQ(record_build(events, options).report.baskets, 2U);
}

}  // namespace
}  // namespace shopsmart::core::test
