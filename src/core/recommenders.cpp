#include "core/recommenders.hpp"

#include <algorithm>

#include "core/candidates.hpp"

namespace shopsmart::core {

namespace {

template <class Value>
void make_room(MemoryBudget& budget, Buffer<Value>& values, std::size_t needed) {
    if (needed <= values.size())
        return;
    const std::size_t size = std::max<std::size_t>({needed, 2 * values.size(), 1024});
    values = values.empty() ? Buffer<Value>(budget, size) : values.resized(size);
}

}  // namespace

ListRecommender::ListRecommender(MemoryBudget& budget, std::span<const std::int64_t> best_first)
    : product_ids_(budget, best_first.size()) {
    std::ranges::copy(best_first, product_ids_.begin());
}

void ListRecommender::recommend(const TestUser& user, std::uint32_t count, RecommenderScratch&,
                                std::vector<std::int64_t>& list) const {
    list.clear();
    for (const std::int64_t product_id : product_ids_) {
        if (list.size() == count)
            break;
        if (!user.leaves_out(product_id))
            list.push_back(product_id);
    }
}

void HistoryRecommender::recommend(const TestUser& user, std::uint32_t count, RecommenderScratch&,
                                   std::vector<std::int64_t>& list) const {
    std::vector<Seed> seeds = user.seeds;
    std::ranges::stable_sort(seeds, std::greater{}, &Seed::weight);
    list.clear();
    for (const Seed& seed : seeds) {
        if (list.size() == count)
            break;
        if (!user.leaves_out(seed.product_id))
            list.push_back(seed.product_id);
    }
}

std::size_t NeighborRecommender::bytes_for(std::size_t products, std::uint32_t kept) {
    // Twice for room to grow, and the old beside the new while it grows.
    return 3 * products * (kept * sizeof(Pair) + sizeof(std::uint64_t) + 4 * sizeof(std::int64_t)) +
           (std::size_t{64} << 10);
}

void NeighborRecommender::add(std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                              std::span<const double> scores) {
    const std::uint32_t number = ids_.number(product_id);
    const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
    const std::size_t count = std::min<std::size_t>(neighbor_ids.size(), kept_);
    make_room(budget_, ends_, number + std::size_t{1});
    make_room(budget_, pairs_, begin + count);
    ends_[number] = begin + count;
    for (std::size_t at = 0; at < count; ++at)
        pairs_[begin + at] = Pair{neighbor_ids[at], scores[at]};
}

std::span<const NeighborRecommender::Pair> NeighborRecommender::neighbors_of(std::int64_t product_id) const {
    const std::uint32_t number = ids_.find(product_id);
    if (number == ids_.size())
        return {};
    const std::uint64_t begin = number == 0 ? 0 : ends_[number - 1];
    return {pairs_.begin() + begin, std::min<std::size_t>(ends_[number] - begin, scored_)};
}

void NeighborRecommender::recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                                    std::vector<std::int64_t>& list) const {
    list.clear();
    const std::size_t most = user.seeds.size() * std::min(kept_, scored_);
    scratch.table.resize(std::max(scratch.table.size(), CandidateTable::bytes_for(most) / sizeof(std::uint64_t) + 1));
    CandidateTable candidates;
    candidates.use(scratch.table.data(), most);
    for (const Seed& seed : user.seeds)
        for (const Pair& pair : neighbors_of(seed.product_id))
            candidates.add(pair.product_id, seed.product_id, seed.weight * pair.score, 0);
    candidates.start_popping();
    while (list.size() < count) {
        const Candidate* best = candidates.pop();
        if (best == nullptr)
            break;
        if (!user.leaves_out(best->product_id))
            list.push_back(best->product_id);
    }
}

}  // namespace shopsmart::core
