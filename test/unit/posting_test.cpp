#include "core/posting.hpp"

#include "core/posting_collector.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace shopsmart::core {
namespace {

TEST(Posting, CodesOfLengthsRiseAndLoseLittle) {
    std::uint32_t last = 0;
    for (std::uint32_t length = 0; length < 100000; ++length) {
        const std::uint32_t code = length_code(length);
        ASSERT_GE(code, last);
        ASSERT_LE(code, 255U);
        ASSERT_LE(length_of_code(code), length);
        ASSERT_GE(length_of_code(code) * 1.13, length);
        last = code;
    }
    EXPECT_LE(length_code(0xFFFFFFFF), 255U);
}

TEST(Posting, KeepsCountsUpToTheirBits) {
    const Occurrence occurrence = pack_occurrence({40, 9, 2, 31}, 5, 12);
    EXPECT_EQ(count_in(occurrence, Field::name), 31U);
    EXPECT_EQ(count_in(occurrence, Field::brand), 7U);
    EXPECT_EQ(count_in(occurrence, Field::category), 2U);
    EXPECT_EQ(count_in(occurrence, Field::description), 31U);
    EXPECT_EQ(occurrence >> 8 & 255, 5U);
    EXPECT_EQ(occurrence & 255, 12U);
}

TEST(Posting, ScoresAsDefined) {
    const OccurrenceScore score(FieldOptions{{3, 2, 2, 1}, 1.2, 0.75, 6, 40});
    const double name = 3 * 2 / (0.25 + 0.75 * 4 / 6);
    const double description = 3 / (0.25 + 0.75 * 20 / 40);
    const double frequency = name + 2 + description;
    EXPECT_NEAR(score(pack_occurrence({2, 1, 0, 3}, 4, 20)), 2.2 * frequency / (1.2 + frequency), 1e-6);
    EXPECT_EQ(score(pack_occurrence({0, 0, 0, 0}, 4, 20)), 0);
    EXPECT_GT(score(pack_occurrence({1, 0, 0, 0}, 4, 20)), score(pack_occurrence({1, 0, 0, 0}, 8, 20)));
}

TEST(Posting, RareWordsWeighMore) {
    EXPECT_NEAR(rarity(100, 1), std::log(1 + 99.5 / 1.5), 1e-6);
    EXPECT_GT(rarity(100, 100), 0);
    EXPECT_EQ(rarity(100, 1000), rarity(100, 100));
    for (std::uint64_t n = 0; n < 100; ++n)
        ASSERT_GT(rarity(100, n), rarity(100, n + 1));
}

TEST(PostingCollector, HandsOutWhatAMapWouldHold) {
    std::mt19937 random(11);
    MemoryBudget budget(std::size_t{64} << 20);
    std::map<std::string, std::vector<std::uint32_t>> expected;
    {
        PostingCollector collector(budget);
        for (std::uint32_t document = 0; document < 3000; ++document) {
            for (std::uint32_t word = 0; word < 200; word += 1 + random() % 50) {
                const std::string text = "w" + std::to_string(word);
                collector.add(text, document, word);
                expected[text].push_back(document);
            }
        }
        EXPECT_EQ(collector.words(), expected.size());
        auto next = expected.begin();
        collector.hand_out([&](std::string_view word, std::span<const Posting> postings) {
            ASSERT_EQ(word, next->first);
            ASSERT_EQ(postings.size(), next->second.size());
            for (std::size_t i = 0; i < postings.size(); ++i) {
                ASSERT_EQ(postings[i].document, next->second[i]);
                ASSERT_EQ("w" + std::to_string(postings[i].occurrence), word);
            }
            ++next;
        });
        EXPECT_TRUE(next == expected.end());
    }
    EXPECT_EQ(budget.used(), 0U);
}

TEST(PostingCollector, KeepsWithinItsBudget) {
    MemoryBudget budget(std::size_t{1} << 20);
    EXPECT_THROW(
        {
            PostingCollector collector(budget);
            for (std::uint32_t i = 0; i < 100000; ++i)
                collector.add("word " + std::to_string(i), i, 1);
        },
        BudgetExceeded);
    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace shopsmart::core
