#include "core/memory_budget.hpp"

#include <gtest/gtest.h>

#include "core/chunked_log.hpp"

namespace shopsmart::core::test {
namespace {

TEST(MemoryBudget, CountsWhatBuffersHold) {
    MemoryBudget budget(1000);
    {
        Buffer<std::uint32_t> first(budget, 100, 7U);
        EXPECT_EQ(budget.used(), 400U);
        Buffer<std::uint64_t> second(budget, 50);
        EXPECT_EQ(budget.used(), 800U);
        second = {};
        EXPECT_EQ(budget.used(), 400U);
        const auto longer = first.resized(120);
        EXPECT_EQ(budget.used(), 880U);
        EXPECT_EQ(longer[99], 7U);
    }
    EXPECT_EQ(budget.used(), 0U);
    EXPECT_EQ(budget.peak(), 880U);
}

TEST(MemoryBudget, RefusesWhatDoesNotFit) {
    MemoryBudget budget(1000);
    const Buffer<char> held(budget, 600);
    try {
        const Buffer<char> more(budget, 401);
        FAIL() << "401 bytes were granted";
    } catch (const BudgetExceeded& refused) {
        EXPECT_EQ(refused.needed_bytes, 1001U);
    }
    EXPECT_EQ(budget.used(), 600U);
    const Buffer<char> fits(budget, 400);
    EXPECT_EQ(budget.available(), 0U);
}

TEST(MemoryBudget, GivesUpWhatCanBeHadAgain) {
    MemoryBudget budget(1000);
    Buffer<char> spare(budget, 900);
    budget.when_full([&] {
        const bool held = !spare.empty();
        spare = {};
        return held;
    });
    const Buffer<char> wanted(budget, 800);
    EXPECT_TRUE(spare.empty());
    EXPECT_THROW(Buffer<char>(budget, 300), BudgetExceeded);
}

TEST(MemoryBudget, RefusesSizesBeyondTheAddressSpace) {
    MemoryBudget budget(SIZE_MAX);
    EXPECT_THROW(Buffer<std::uint64_t>(budget, SIZE_MAX / 4), LimitExceeded);
}

TEST(MemoryBudget, LargeBuffersCanBeWritten) {
    MemoryBudget budget(std::size_t{64} << 20);
    const Buffer<std::uint64_t> large(budget, std::size_t{4} << 20, 5U);
    EXPECT_EQ(large[0], 5U);
    EXPECT_EQ(large[large.size() - 1], 5U);
}

TEST(ChunkedLog, KeepsRecordsInOrder) {
    MemoryBudget budget(std::size_t{64} << 20);
    ChunkedLog<int> log(budget);
    for (int record = 0; record < 1'000'000; ++record)
        log.add(record);
    EXPECT_LE(log.bytes(), ChunkedLog<int>::bytes_for(1'000'000));
    EXPECT_EQ(log.bytes(), budget.used());
    int next = 0;
    for (std::size_t at = 0; at < log.chunks(); ++at)
        for (const int record : log.chunk(at))
            ASSERT_EQ(record, next++);
    EXPECT_EQ(next, 1'000'000);
}

TEST(ChunkedLog, TakesNoMoreOnceGivenUp) {
    MemoryBudget budget(20'000);
    ChunkedLog<int> log(budget);
    budget.when_full([&] {
        const bool kept = !log.given_up();
        log.give_up();
        return kept;
    });
    for (int record = 0; record < 1'000'000; ++record)
        log.add(record);
    EXPECT_TRUE(log.given_up());
    EXPECT_EQ(log.chunks(), 0U);
    EXPECT_EQ(budget.used(), 0U);
}

}  // namespace
}  // namespace shopsmart::core::test
