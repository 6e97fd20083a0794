#include "core/candidates.hpp"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <vector>

namespace shopsmart::core {
namespace {

struct Sum {
    double score = 0;
    std::int32_t co_count = 0;
    std::vector<std::pair<double, std::int64_t>> contributions;  // negative, seed
};

// Few products and few different values, so that they meet often and ties are common. Some speak against a product.
TEST(CandidateTable, AddsUpAsAMapDoes) {
    std::mt19937_64 random(20251122);
    for (int round = 0; round < 300; round++) {
        const auto seeds = static_cast<std::int64_t>(random() % 51);
        const auto neighbors = static_cast<std::int64_t>(random() % 21);
        const auto products = 20 + static_cast<std::int64_t>(random() % 2000);
        const auto most = static_cast<std::size_t>(seeds * neighbors);
        std::vector<std::uint64_t> memory(CandidateTable::bytes_for(most) / sizeof(std::uint64_t) + 1);
        CandidateTable table;
        table.use(memory.data(), most);
        std::map<std::int64_t, Sum> expected;
        for (std::int64_t at = 0; at < seeds; at++) {
            const std::int64_t seed = at * 7919 % 101;
            std::int64_t product = static_cast<std::int64_t>(random()) % products;
            for (std::int64_t n = 0; n < neighbors; n++, product += 3) {
                const double contribution = 0.1 * (static_cast<double>(random() % 7) - 2);
                const auto co_count = static_cast<std::int32_t>(random() % 9);
                table.add(product, seed, contribution, co_count);
                Sum& sum = expected[product];
                sum.score += contribution;
                sum.co_count = std::max(sum.co_count, co_count);
                if (contribution > 0) {
                    sum.contributions.emplace_back(-contribution, seed);
                }
            }
        }
        ASSERT_EQ(table.size(), expected.size());
        std::vector<std::pair<double, std::int64_t>> order;
        for (auto& [product, sum] : expected) {
            if (sum.score > 0) {
                order.emplace_back(-sum.score, product);
            }
            std::ranges::sort(sum.contributions);
            ASSERT_NE(table.find(product), nullptr);
            EXPECT_EQ(table.find(product)->score, sum.score);
        }
        EXPECT_EQ(table.find(INT64_MIN), nullptr);
        std::ranges::sort(order);
        table.start_popping();
        for (const auto& [score, product] : order) {
            const Candidate* candidate = table.pop();
            ASSERT_NE(candidate, nullptr);
            ASSERT_EQ(candidate->product_id, product);
            EXPECT_EQ(candidate->score, -score);
            const Sum& sum = expected[product];
            EXPECT_EQ(candidate->co_count, sum.co_count);
            const Reasons reasons = reasons_of(*candidate);
            ASSERT_EQ(static_cast<std::size_t>(reasons.count), std::min<std::size_t>(kReasons, sum.contributions.size()));
            for (int i = 0; i < reasons.count; i++) {
                EXPECT_EQ(std::pair(-reasons.contributions[i], reasons.seeds[i]), sum.contributions[static_cast<std::size_t>(i)]);
            }
        }
        EXPECT_EQ(table.pop(), nullptr);
    }
}

TEST(CandidateTable, KeepsWhatIsWanted) {
    constexpr std::size_t kProducts = 200;
    std::vector<std::uint64_t> memory(CandidateTable::bytes_for(kProducts) / sizeof(std::uint64_t) + 1);
    for (int popped = 0; popped < 60; popped++) {
        CandidateTable table;
        table.use(memory.data(), kProducts);
        for (std::int64_t product = 0; product < static_cast<std::int64_t>(kProducts); product++) {
            table.add(product, 1, static_cast<double>(1 + product * 37 % 200), 0);
        }
        table.start_popping();
        double last = 201;
        for (int i = 0; i < popped; i++) {
            EXPECT_EQ(table.pop()->score, --last);
        }
        table.keep_if([](std::int64_t product) { return product % 5 == 0; });
        while (const Candidate* candidate = table.pop()) {
            while (static_cast<std::int64_t>(--last - 1) * 173 % 200 % 5 != 0) {
            }
            EXPECT_EQ(candidate->score, last);  // 173 is the inverse of 37 modulo 200
        }
        EXPECT_LT(last, 6);
    }
}

}  // namespace
}  // namespace shopsmart::core
