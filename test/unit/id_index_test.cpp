#include "core/id_index.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <unordered_map>
#include <vector>

namespace shopsmart::core::test {
namespace {

// Numbers the ids, some of them again and again, and checks every answer against a map.
void check_numbering(const std::vector<std::int64_t>& ids) {
    MemoryBudget budget(std::size_t{1} << 30);
    IdIndex index(budget);
    std::unordered_map<std::int64_t, std::uint32_t> expected;
    for (std::size_t at = 0; at < ids.size(); ++at) {
        for (const std::int64_t id : {ids[at], ids[at / 2]}) {
            const auto number = expected.emplace(id, expected.size()).first->second;
            ASSERT_EQ(index.number(id), number) << "id " << id;
            ASSERT_EQ(index.id(number), id);
        }
    }
    ASSERT_EQ(index.size(), expected.size());
    const auto order = index.ascending();
    ASSERT_EQ(order.size(), expected.size());
    for (std::size_t rank = 1; rank < order.size(); ++rank)
        ASSERT_LT(index.id(order[rank - 1]), index.id(order[rank]));
}

std::vector<std::int64_t> ids_of(std::size_t count, const std::function<std::int64_t(std::size_t)>& id) {
    std::vector<std::int64_t> ids;
    for (std::size_t at = 0; at < count; ++at)
        ids.push_back(id(at));
    return ids;
}

TEST(IdIndex, NumbersAscendingIds) {
    check_numbering(ids_of(50'000, [](std::size_t at) { return static_cast<std::int64_t>(at) + 1; }));
}

TEST(IdIndex, NumbersDescendingIds) {
    check_numbering(ids_of(50'000, [](std::size_t at) { return -static_cast<std::int64_t>(at); }));
}

TEST(IdIndex, NumbersScatteredIds) {
    std::mt19937_64 random(11);
    check_numbering(ids_of(50'000, [&](std::size_t) { return static_cast<std::int64_t>(random()); }));
}

TEST(IdIndex, NumbersIdsFarFromZero) {
    std::mt19937_64 random(12);
    check_numbering(ids_of(50'000, [&](std::size_t) {
        return 4'000'000'000'000'000'000 + static_cast<std::int64_t>(random() % 60'000);
    }));
}

TEST(IdIndex, ChangesFromTableToHashAndBack) {
    std::mt19937_64 random(13);
    check_numbering(ids_of(60'000, [&](std::size_t at) {
        const auto range = at < 2'000 ? 3'000U : at < 3'000 ? 3'000'000U : 100'000U;
        return static_cast<std::int64_t>(random() % range);
    }));
}

TEST(IdIndex, NumbersBothEndsOfTheRange) {
    check_numbering({INT64_MAX, INT64_MIN, INT64_MAX - 1, INT64_MIN + 1, 0, -1, 1});
    check_numbering({INT64_MIN, INT64_MAX});
    check_numbering(ids_of(5'000, [](std::size_t at) { return INT64_MAX - static_cast<std::int64_t>(at); }));
    check_numbering(ids_of(5'000, [](std::size_t at) {
        return at % 2 == 0 ? INT64_MAX - static_cast<std::int64_t>(at) : INT64_MIN + static_cast<std::int64_t>(at);
    }));
}

TEST(IdIndex, FindsWithoutAdding) {
    for (const std::int64_t step : {1LL, 1'000'000'007LL}) {  // a table, a hash table
        MemoryBudget budget(std::size_t{1} << 20);
        IdIndex index(budget);
        EXPECT_EQ(index.find(0), 0U);
        for (std::int64_t id = 0; id < 2000; ++id)
            index.number(id * step);
        for (std::int64_t id = 0; id < 2000; ++id)
            EXPECT_EQ(index.find(id * step), static_cast<std::uint32_t>(id));
        EXPECT_EQ(index.find(-1), 2000U);
        EXPECT_EQ(index.find(INT64_MAX), 2000U);
        EXPECT_EQ(index.size(), 2000U);
    }
}

TEST(IdIndex, StaysSmallForScatteredIds) {
    MemoryBudget budget(std::size_t{1} << 20);
    IdIndex index(budget);
    for (std::int64_t id = 0; id < 1000; ++id)
        index.number(id * 1'000'000'007);
    EXPECT_LT(budget.peak(), std::size_t{200'000});
}

}  // namespace
}  // namespace shopsmart::core::test
