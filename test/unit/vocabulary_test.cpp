#include "core/vocabulary.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <map>
#include <random>
#include <string>
#include <vector>

namespace shopsmart::core {
namespace {

// All of the table, without a limit.
int slow_distance(const std::string& a, const std::string& b) {
    std::vector<std::vector<int>> d(a.size() + 1, std::vector<int>(b.size() + 1));
    for (std::size_t i = 0; i <= a.size(); ++i) {
        for (std::size_t j = 0; j <= b.size(); ++j) {
            if (i == 0 || j == 0) {
                d[i][j] = static_cast<int>(i + j);
                continue;
            }
            d[i][j] = std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] != b[j - 1] ? 1 : 0)});
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
        }
    }
    return d[a.size()][b.size()];
}

std::string random_word(std::mt19937& random, std::size_t longest) {
    std::string word(random() % (longest + 1), 'a');
    for (char& c : word)
        c = static_cast<char>('a' + random() % 4);
    return word;
}

TEST(Vocabulary, DistanceIsThatOfTheWholeTable) {
    std::mt19937 random(3);
    for (int round = 0; round < 20000; ++round) {
        const std::string a = random_word(random, round % 10 == 0 ? kLongestVocabularyWord : 8);
        const std::string b = random_word(random, round % 10 == 0 ? kLongestVocabularyWord : 8);
        const int distance = slow_distance(a, b);
        for (int limit = 0; limit <= 3; ++limit)
            ASSERT_EQ(edit_distance(a, b, limit), std::min(distance, limit + 1)) << a << ' ' << b;
        ASSERT_LE(std::popcount(letter_signature(a) ^ letter_signature(b)), 2 * distance) << a << ' ' << b;
    }
}

TEST(Vocabulary, CountsProductsByWord) {
    MemoryBudget budget(std::size_t{1} << 20);
    {
        VocabularyCollector vocabulary(budget);
        for (const char* word : {"tent", "shoe", "tent", "a", "tents"})
            vocabulary.add(word);
        std::vector<std::pair<std::string, std::uint32_t>> words;
        vocabulary.hand_out([&](std::string_view word, std::uint32_t products) { words.emplace_back(word, products); });
        const std::vector<std::pair<std::string, std::uint32_t>> expected = {{"a", 1}, {"shoe", 1}, {"tent", 2}, {"tents", 1}};
        EXPECT_EQ(words, expected);
        EXPECT_THROW(
            {
                for (int i = 0; i < 100000; ++i)
                    vocabulary.add("word " + std::to_string(i));
            },
            BudgetExceeded);
    }
    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace shopsmart::core
