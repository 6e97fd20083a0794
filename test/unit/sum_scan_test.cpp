#include "core/sum_scan.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace shopsmart::core::test {
namespace {

struct Table {
    std::vector<std::uint64_t> words;
    std::vector<float> inverse_norms;
    std::vector<float> thresholds;
};

Table random_table(std::uint64_t seed, std::size_t columns, unsigned shift) {
    std::mt19937_64 random(seed);
    const auto uniform = [&] { return static_cast<float>(random() >> 40) * 0x1p-24F; };
    Table table;
    for (std::size_t column = 0; column < columns; ++column) {
        const std::uint64_t count = random() % 3 == 0 ? 0 : random() % 6;
        const std::uint64_t dot = random() % 1000 == 0 ? (std::uint64_t{1} << 52) - 1 : random() % 1000;
        table.words.push_back(count == 0 ? 0 : dot << shift | count);
        table.inverse_norms.push_back(uniform() / 1000);
        table.thresholds.push_back(random() % 10 == 0 ? 0 : uniform());
    }
    return table;
}

TEST(SumScan, VersionsAgree) {
    EXPECT_EQ(scan_versions().back(), best_scan());
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
        const unsigned shift = 3 + seed % 10;
        const std::size_t columns = 8 * (1 + seed);
        const Table table = random_table(seed, columns, shift);
        const SumFilter filter{shift, 1 + seed % 4, 0.1 * static_cast<double>(seed % 8), 1.5};
        std::vector<std::vector<std::pair<std::uint64_t, std::uint64_t>>> found;
        for (const ScanSums scan : scan_versions()) {
            auto words = table.words;
            std::vector<SumHit> hits(columns + 1);
            hits.resize(scan(words.data(), table.inverse_norms.data(), table.thresholds.data(), 8, columns, filter, hits.data()));
            found.emplace_back();
            for (const auto& hit : hits)
                found.back().emplace_back(hit.column, hit.word);
            EXPECT_TRUE(std::equal(words.begin(), words.begin() + 8, table.words.begin()));
            EXPECT_EQ(std::count(words.begin() + 8, words.end(), 0U), static_cast<std::ptrdiff_t>(columns - 8));
            EXPECT_EQ(found.back(), found.front()) << "seed " << seed;
        }
        if (columns > 64) {
            EXPECT_FALSE(found.front().empty());
        }
    }
}

TEST(SumScan, AsksForCountAndEitherLimit) {
    const auto passes = [](std::uint64_t dot, std::uint64_t count, float inverse_norm, float threshold) {
        std::vector<int> answers;
        for (const ScanSums scan : scan_versions()) {
            std::vector<std::uint64_t> words(8, 0);
            std::vector<float> inverse_norms(8, inverse_norm);
            std::vector<float> thresholds(8, threshold);
            words[5] = dot << 8 | count;
            std::vector<SumHit> hits(9);
            answers.push_back(scan(words.data(), inverse_norms.data(), thresholds.data(), 0, 8, SumFilter{8, 2, 10, 4}, hits.data()) == 1);
        }
        EXPECT_EQ(std::ranges::count(answers, answers[0]), static_cast<std::ptrdiff_t>(answers.size()));
        return answers[0] == 1;
    };
    EXPECT_TRUE(passes(20, 2, 0.5F, 100));    // reaches its own limit of 10
    EXPECT_FALSE(passes(19, 2, 0.5F, 100));
    EXPECT_FALSE(passes(20, 1, 0.5F, 100));   // too few users
    EXPECT_TRUE(passes(10, 2, 0.5F, 1.25F));  // reaches 4 * 1.25
    EXPECT_FALSE(passes(9, 2, 0.5F, 1.25F));
}

}  // namespace
}  // namespace shopsmart::core::test
