#include "core/neighbor_lists.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <thread>
#include <vector>

namespace shopsmart::core::test {
namespace {

struct Stream {
    const char* name;
    unsigned distinct_scores;  // few: many ties
};

// A score below zero is as strong as the same above.
std::vector<Neighbor> random_candidates(std::uint64_t seed, std::size_t count, unsigned distinct_scores) {
    std::mt19937_64 random(seed);
    std::vector<Neighbor> candidates;
    for (std::uint32_t product = 0; product < count; ++product)
        candidates.push_back({(random() % 3 == 0 ? -1.0 : 1.0) * static_cast<double>(1 + random() % distinct_scores) / distinct_scores, product, product});
    std::shuffle(candidates.begin(), candidates.end(), random);
    return candidates;
}

std::vector<std::uint32_t> products_of(std::span<const Neighbor> neighbors) {
    std::vector<std::uint32_t> products;
    for (const auto& neighbor : neighbors)
        products.push_back(neighbor.product);
    return products;
}

std::vector<std::uint32_t> best_by_full_sort(std::vector<Neighbor> candidates, std::size_t k) {
    std::sort(candidates.begin(), candidates.end(), [](const Neighbor& a, const Neighbor& b) {
        return std::pair(-std::abs(a.score), a.product) < std::pair(-std::abs(b.score), b.product);
    });
    candidates.resize(std::min(k, candidates.size()));
    return products_of(candidates);
}

TEST(NeighborLists, KeepTheBestOfAllOffers) {
    for (const unsigned distinct : {1U, 2U, 10U, 1'000'000U})
        for (const std::size_t k : {1U, 2U, 7U, 50U, 300U})
            for (const std::size_t count : {0U, 1U, 49U, 50U, 51U, 2000U}) {
                const auto candidates = random_candidates(distinct + k + count, count, distinct);
                MemoryBudget budget(std::size_t{1} << 20);
                NeighborLists lists(budget, 3, k);
                for (const auto& candidate : candidates)
                    lists.offer(1, {&candidate, 1});
                lists.finish(1);
                EXPECT_EQ(products_of(lists.best(1)), best_by_full_sort(candidates, k))
                    << "k " << k << ", " << count << " candidates, " << distinct << " scores";
                EXPECT_TRUE(lists.best(0).empty());
                EXPECT_TRUE(lists.best(2).empty());

                std::vector<Neighbor> room(OwnNeighbors::room_for(k));
                OwnNeighbors own(room, k, 0);
                for (const auto& candidate : candidates)
                    own.offer(candidate);
                const auto kept = own.best();
                EXPECT_EQ(best_by_full_sort({kept.begin(), kept.end()}, k), best_by_full_sort(candidates, k));
            }
}

TEST(NeighborLists, TakeOffersOfSeveralThreads) {
    const auto candidates = random_candidates(5, 20'000, 500);
    MemoryBudget budget(std::size_t{1} << 20);
    NeighborLists lists(budget, 2, 20);
    std::vector<std::thread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread)
        threads.emplace_back([&, thread] {
            for (std::size_t at = thread; at < candidates.size(); at += 4)
                lists.offer(at % 3 == 0, {&candidates[at], 1});
        });
    for (auto& thread : threads)
        thread.join();
    for (const std::size_t list : {0U, 1U}) {
        std::vector<Neighbor> offered;
        for (std::size_t at = 0; at < candidates.size(); ++at)
            if ((at % 3 == 0) == (list == 1))
                offered.push_back(candidates[at]);
        lists.finish(list);
        EXPECT_EQ(products_of(lists.best(list)), best_by_full_sort(offered, 20));
    }
}

}  // namespace
}  // namespace shopsmart::core::test
