#include "core/neighbor_model.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

#include "core/neighbor_delivery.hpp"
#include "core/pair_search.hpp"
#include "core/sum_scan.hpp"

namespace shopsmart::core {

namespace {

// With b blocks the source is scanned b * b times: a budget that needs more blocks is refused.
constexpr std::size_t kMostBlocks = 32;

// Consecutive products in ascending id.
struct Block {
    std::uint32_t first;
    std::uint32_t last;  // one past
    std::uint64_t entries;
    std::uint32_t products() const noexcept { return last - first; }
};

template <class Weight>
class NeighborModelBuild {
public:
    NeighborModelBuild(BuildContext& context, const EventCensus& census, MatrixSource<Weight>& source,
                       const PairScore& score, Model model)
        : context_(context),
          census_(census),
          source_(source),
          score_(score),
          model_(model),
          kept_(std::min<std::size_t>(context.kept_neighbors, std::max(census.products(), 1U))) {}

    NeighborCounts run() {
        const auto blocks = plan();
        counts_.blocks = static_cast<std::uint32_t>(blocks.size());
        context_.begin(model_ == Model::similarity ? Phase::similarity : Phase::baskets,
                       std::uint64_t{census_.products()} * blocks.size());
        if (blocks.size() == 1)
            whole(blocks.front());
        else
            for (std::size_t own = 0; own < blocks.size(); ++own)
                in_blocks(blocks, own);
        return counts_;
    }

private:
    // Blocks

    std::vector<Block> plan();
    std::vector<Block> cut(std::size_t blocks) const;
    std::size_t needed(std::span<const Block> blocks) const;

    // Steps

    ColumnSet column_set(const Block& block) const;
    SparseRows<Weight> rows_and_facts(const Block& block, ProductFacts& facts, Buffer<std::uint32_t>& new_column);
    void whole(const Block& block);
    void in_blocks(std::span<const Block> blocks, std::size_t own);

    BuildContext& context_;
    const EventCensus& census_;
    MatrixSource<Weight>& source_;
    const PairScore& score_;
    Model model_;
    std::size_t kept_;
    NeighborCounts counts_;
};

template <class Weight>
std::vector<Block> NeighborModelBuild<Weight>::plan() {
    const std::size_t most_blocks = std::clamp<std::size_t>(census_.products(), 1, kMostBlocks);
    for (std::size_t blocks = 1;;) {
        auto parts = cut(blocks);
        const std::size_t bytes = needed(parts);
        if (bytes <= context_.budget.available())
            return parts;
        // One more scan for the other model costs less than several for this one.
        if (context_.budget.give_up())
            continue;
        // Blocks scan again anyway: what was kept of the first scan would only take their room.
        source_.drop_kept();
        if (blocks == most_blocks)
            context_.budget.refuse(context_.budget.used() + bytes);
        blocks += std::max<std::size_t>(1, blocks / 4);
        blocks = std::min(blocks, most_blocks);
    }
}

// Blocks of about the same memory.
template <class Weight>
std::vector<Block> NeighborModelBuild<Weight>::cut(std::size_t blocks) const {
    const std::uint32_t products = census_.products();
    const auto cost = [&](std::uint32_t rank) {
        return std::uint64_t{source_.entries_of(census_.product_by_rank(rank))} * sizeof(Entry<Weight>) +
               NeighborLists::bytes_for(1, kept_);
    };
    std::uint64_t total = 0;
    for (std::uint32_t rank = 0; rank < products; ++rank)
        total += cost(rank);

    std::vector<Block> parts;
    std::uint64_t spent = 0;
    Block block{0, 0, 0};
    for (std::uint32_t rank = 0; rank < products; ++rank) {
        spent += cost(rank);
        block.entries += source_.entries_of(census_.product_by_rank(rank));
        block.last = rank + 1;
        if (spent * blocks >= total * (parts.size() + 1) || block.last == products) {
            parts.push_back(block);
            block = Block{block.last, block.last, 0};
        }
    }
    if (parts.empty())
        parts.push_back(block);
    return parts;
}

// Upper bound of the memory that the model takes on top of what is held now.
template <class Weight>
std::size_t NeighborModelBuild<Weight>::needed(std::span<const Block> blocks) const {
    const auto most = [&](const auto& bytes_of) {
        std::size_t bytes = 0;
        for (const auto& block : blocks)
            bytes = std::max(bytes, bytes_of(block));
        return bytes;
    };
    const std::size_t delivering = delivery_bytes(0, kept_);
    const std::size_t products = census_.products() * sizeof(std::uint32_t);  // column_of_product
    const auto making = [&](const Block& block) {
        return products + block.products() * sizeof(std::uint32_t) + source_.working_bytes(block.entries, block.products());
    };
    const auto summing = [&](const Block& block) {
        return products + block.products() * 2 * sizeof(std::uint32_t) + ColumnSums::bytes_for(block.products()) +
               source_.result_bytes(block.entries) + ProductFacts::bytes_for(block.products(), score_);
    };
    const auto facts_and_users = [&](const Block& block) {
        return SparseRows<Weight>::bytes_for(block.products(), block.entries) +
               block.products() * sizeof(std::uint32_t) + ProductFacts::bytes_for(block.products(), score_);
    };
    const auto lists = [&](const Block& block) { return NeighborLists::bytes_for(block.products(), kept_); };
    const auto searching = [&](const Block& block) {
        return search_bytes(context_.team.size(), block.products(), kept_);
    };
    const std::size_t dropped = source_.kept_bytes();
    const auto beyond = [&](std::size_t bytes) { return std::max(bytes, dropped) - dropped; };
    if (blocks.size() == 1) {
        const Block& block = blocks.front();
        const std::size_t turning = source_.result_bytes(block.entries) + facts_and_users(block);
        const std::size_t pairing =
            facts_and_users(block) + lists(block) + searching(block) +
            pair_rows_bytes<Weight>(source_.row_count(), block.entries, block.products());
        return delivering + std::max(making(block), beyond(std::max({summing(block), turning, pairing})));
    }
    const auto as_targets = [&](const Block& block) { return facts_and_users(block) + lists(block); };
    const auto as_candidates = [&](const Block& block) {
        return std::max({making(block), summing(block),
                         source_.result_bytes(block.entries) + ProductFacts::bytes_for(block.products(), score_) + searching(block)});
    };
    return beyond(delivering + most(as_targets) + most(as_candidates));
}

template <class Weight>
ColumnSet NeighborModelBuild<Weight>::column_set(const Block& block) const {
    ColumnSet set{Buffer<std::uint32_t>(context_.budget, census_.products(), kNoColumn),
                  Buffer<std::uint32_t>(context_.budget, block.products())};
    for (std::uint32_t rank = block.first; rank < block.last; ++rank)
        set.ranks[rank - block.first] = rank;
    std::sort(set.ranks.begin(), set.ranks.end(), [&](std::uint32_t a, std::uint32_t b) {
        const std::uint32_t entries_a = source_.entries_of(census_.product_by_rank(a));
        const std::uint32_t entries_b = source_.entries_of(census_.product_by_rank(b));
        return entries_a > entries_b || (entries_a == entries_b && a < b);
    });
    for (std::uint32_t column = 0; column < set.columns(); ++column)
        set.column_of_product[census_.product_by_rank(set.ranks[column])] = column;
    return set;
}

// The rows of a block, columns as in its set, and the facts of the products that have enough users to be in a pair.
// new_column numbers those products without gaps.
template <class Weight>
SparseRows<Weight> NeighborModelBuild<Weight>::rows_and_facts(const Block& block, ProductFacts& facts,
                                                              Buffer<std::uint32_t>& new_column) {
    const ColumnSet set = column_set(block);
    auto rows = source_.rows(set);
    const ColumnSums sums = sum_columns(context_, rows, set.columns());

    new_column = Buffer<std::uint32_t>(context_.budget, set.columns());
    std::uint32_t columns = 0;
    for (std::size_t column = 0; column < set.columns(); ++column)
        new_column[column] = sums.counts[column] >= context_.min_co_count() ? columns++ : kNoColumn;

    facts.ranks = Buffer<std::uint32_t>(context_.budget, columns);
    facts.squares = Buffer<double>(context_.budget, columns);
    facts.inverse_norms = Buffer<float>(context_.budget, padded_columns(columns), 0.0F);
    if (!score_.is_plain_cosine())
        facts.sides = Buffer<PairSide>(context_.budget, columns);
    facts.largest_weight = sums.largest_weight;
    for (std::size_t column = 0; column < set.columns(); ++column) {
        const std::uint32_t kept = new_column[column];
        if (kept == kNoColumn)
            continue;
        facts.ranks[kept] = set.ranks[column];
        facts.squares[kept] = sums.squares[column];
        facts.inverse_norms[kept] = static_cast<float>(1 / std::sqrt(sums.squares[column]));
        if (!facts.sides.empty())
            facts.sides[kept] = score_.side(source_.total_of(census_.product_by_rank(set.ranks[column])), sums.counts[column]);
        facts.largest_count = std::max(facts.largest_count, sums.counts[column]);
        facts.largest_square = std::max(facts.largest_square, sums.squares[column]);
    }
    return rows;
}

template <class Weight>
void NeighborModelBuild<Weight>::whole(const Block& block) {
    ProductFacts facts;
    SparseRows<Weight> users;
    {
        Buffer<std::uint32_t> new_column;
        const auto rows = rows_and_facts(block, facts, new_column);
        users = transposed(context_, rows, new_column.view(), facts.columns(), 2);
    }
    NeighborLists lists(context_.budget, facts.columns(), kept_);
    search_pairs(context_, std::move(users), source_.row_count(), facts, score_, lists);
    counts_.pairs += deliver(context_, census_, model_, facts.ranks.view(), lists);
}

template <class Weight>
void NeighborModelBuild<Weight>::in_blocks(std::span<const Block> blocks, std::size_t own) {
    ProductFacts targets;
    SparseRows<Weight> users;
    NeighborLists lists;
    for (std::size_t step = 0; step < blocks.size(); ++step) {
        ProductFacts facts;
        Buffer<std::uint32_t> new_column;
        auto rows = rows_and_facts(blocks[(own + step) % blocks.size()], facts, new_column);
        renumber_columns(context_, rows, new_column.view());
        new_column = {};
        if (step == 0) {
            Buffer<std::uint32_t> same(context_.budget, facts.columns());
            std::iota(same.begin(), same.end(), 0U);
            users = transposed(context_, rows, same.view(), facts.columns(), 1);
            lists = NeighborLists(context_.budget, facts.columns(), kept_);
            search_block(context_, users, facts, rows, facts, score_, lists);
            targets = std::move(facts);
        } else {
            search_block(context_, users, targets, rows, facts, score_, lists);
        }
        context_.done += blocks[own].products() - lists.products();  // products too rare for a pair
    }
    counts_.pairs += deliver(context_, census_, model_, targets.ranks.view(), lists);
}

}  // namespace

template <class Weight>
NeighborCounts build_neighbor_model(BuildContext& context, const EventCensus& census, MatrixSource<Weight>& source,
                                    const PairScore& score, Model model) {
    return NeighborModelBuild<Weight>(context, census, source, score, model).run();
}

template NeighborCounts build_neighbor_model(BuildContext&, const EventCensus&, MatrixSource<std::uint32_t>&,
                                             const PairScore&, Model);
template NeighborCounts build_neighbor_model(BuildContext&, const EventCensus&, MatrixSource<double>&,
                                             const PairScore&, Model);

}  // namespace shopsmart::core
