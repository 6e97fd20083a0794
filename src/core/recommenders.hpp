// Models in memory, as an evaluation asks them.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/evaluation_split.hpp"

namespace shopsmart::core {

// Memory of one thread that asks for lists.
struct RecommenderScratch {
    std::vector<std::uint64_t> table;
};

class Recommender {
public:
    virtual ~Recommender() = default;
    // Replaces list by the best products for a user, best first, at most so many, none of those to be left out. Several
    // threads may ask at once, each with a scratch of its own.
    virtual void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                           std::vector<std::int64_t>& list) const = 0;
    // From here on so many best neighbors of a product take part, where neighbors do.
    virtual void score_only(std::uint32_t) {}
};

// One list for all.
class ListRecommender final : public Recommender {
public:
    ListRecommender(MemoryBudget& budget, std::span<const std::int64_t> best_first);
    void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                   std::vector<std::int64_t>& list) const override;

private:
    Buffer<std::int64_t> product_ids_;
};

// What the user had before, by the sum of its weights; among equals that of the newest event first.
class HistoryRecommender final : public Recommender {
public:
    void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                   std::vector<std::int64_t>& list) const override;
};

// The personalised score of docs/internals.md: neighbors of the products of the history, each by its weight. The sums
// run as in the read path (ranking/stream.cpp), so that the lists are those that shopsmart_recommend() would show.
class NeighborRecommender final : public Recommender {
public:
    // kept: best neighbors of a product that can take part.
    NeighborRecommender(MemoryBudget& budget, std::uint32_t kept) : budget_(budget), kept_(kept), scored_(kept), ids_(budget) {}

    // Upper bound of its memory.
    static std::size_t bytes_for(std::size_t products, std::uint32_t kept);

    // Best first; each product once.
    void add(std::int64_t product_id, std::span<const std::int64_t> neighbor_ids, std::span<const double> scores);
    void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                   std::vector<std::int64_t>& list) const override;
    void score_only(std::uint32_t scored) override { scored_ = scored; }

private:
    struct Pair {
        std::int64_t product_id;
        double score;
    };
    std::span<const Pair> neighbors_of(std::int64_t product_id) const;

    MemoryBudget& budget_;
    std::uint32_t kept_;
    std::uint32_t scored_;
    IdIndex ids_;
    Buffer<std::uint64_t> ends_;  // by number of the product
    Buffer<Pair> pairs_;
};

}  // namespace shopsmart::core
