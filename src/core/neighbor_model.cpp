#include "core/neighbor_model.hpp"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/neighbor_kernel.hpp"
#include "core/sum_scan.hpp"

namespace shopsmart::core {

namespace {

// Lists of a single block are made and handed over in slices of about this size.
constexpr std::size_t kSliceBytes = std::size_t{16} << 20;
constexpr std::size_t kListsPerTick = 64;

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
    NeighborModelBuild(BuildContext& context, const EventCensus& census, MatrixSource<Weight>& source, Model model)
        : context_(context),
          census_(census),
          source_(source),
          model_(model),
          kept_(std::min<std::size_t>(context.options.kept_neighbors, std::max(census.products(), 1U))) {}

    NeighborCounts run() {
        const auto blocks = plan();
        if (blocks.size() > 1)
            source_.drop_kept();
        counts_.blocks = static_cast<std::uint32_t>(blocks.size());
        context_.begin(model_ == Model::similarity ? Phase::similarity : Phase::baskets,
                       std::uint64_t{census_.products()} * blocks.size());
        ids_ = Buffer<std::int64_t>(context_.budget, kept_);
        scores_ = Buffer<double>(context_.budget, kept_);
        co_counts_ = Buffer<std::int32_t>(context_.budget, kept_);
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
    std::size_t slice(std::size_t targets) const {
        return std::clamp<std::size_t>(kSliceBytes / NeighborLists::bytes_for(1, kept_), 1, std::max<std::size_t>(targets, 1));
    }

    // Steps

    ColumnSet column_set(const Block& block) const;
    NeighborCandidates<Weight> candidates_of(const Block& block, std::uint32_t min_row_length);
    NeighborTargets<Weight> targets_of(const NeighborCandidates<Weight>& candidates);
    void whole(const Block& block);
    void in_blocks(std::span<const Block> blocks, std::size_t own);
    void hand_over(const NeighborTargets<Weight>& targets, const NeighborLists& lists);

    BuildContext& context_;
    const EventCensus& census_;
    MatrixSource<Weight>& source_;
    Model model_;
    std::size_t kept_;
    NeighborCounts counts_;
    Buffer<std::int64_t> ids_;
    Buffer<double> scores_;
    Buffer<std::int32_t> co_counts_;
};

template <class Weight>
std::vector<Block> NeighborModelBuild<Weight>::plan() {
    for (std::size_t blocks = 1;;) {
        auto parts = cut(blocks);
        const std::size_t bytes = needed(parts);
        if (bytes <= context_.budget.available())
            return parts;
        // One more scan for the other model costs less than several for this one.
        if (context_.budget.give_up())
            continue;
        if (blocks >= census_.products()) {
            const std::size_t least = context_.budget.used() + bytes;
            throw BudgetExceeded("the memory budget of " + std::to_string(context_.budget.limit()) +
                                     " bytes is too small, at least " + std::to_string(least) + " bytes are needed",
                                 least);
        }
        blocks += std::max<std::size_t>(1, blocks / 4);
        blocks = std::min<std::size_t>(blocks, census_.products());
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
    const bool single = blocks.size() == 1;
    const std::size_t per_product = sizeof(std::uint32_t) * census_.products();  // column_of_product
    std::size_t as_targets = 0;
    std::size_t while_making = 0;
    std::size_t while_searching = 0;
    for (const auto& block : blocks) {
        const std::size_t columns = block.products();
        const std::size_t listed = single ? slice(columns) : columns;
        as_targets = std::max(as_targets, SparseRows<Weight>::bytes_for(columns, block.entries) +
                                              columns * (sizeof(std::uint32_t) * 2 + sizeof(double)) +
                                              NeighborLists::bytes_for(listed, kept_));
        const std::size_t set = per_product + columns * sizeof(std::uint32_t);
        while_making = std::max(while_making, set + source_.working_bytes(block.entries, columns));
        while_searching =
            std::max(while_searching,
                     set + source_.result_bytes(block.entries) + ColumnSums::bytes_for(columns) +
                         padded_columns(columns) * (sizeof(std::uint32_t) * 2 + sizeof(double) * 2) +
                         neighbor_scratch_bytes(context_.team.size(), columns, kept_, std::max(listed, columns)));
    }
    const std::size_t handing_over = kept_ * (sizeof(std::int64_t) + sizeof(double) + sizeof(std::int32_t));
    const std::size_t dropped = source_.kept_bytes();
    if (single)
        return handing_over + std::max(while_making, std::max(as_targets + while_searching, dropped) - dropped);
    return std::max(handing_over + as_targets + std::max(while_making, while_searching), dropped) - dropped;
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

// Leaves out products that have too few users to be in any pair, and rows too short for one.
template <class Weight>
NeighborCandidates<Weight> NeighborModelBuild<Weight>::candidates_of(const Block& block,
                                                                     std::uint32_t min_row_length) {
    const ColumnSet set = column_set(block);
    NeighborCandidates<Weight> candidates;
    candidates.rows = source_.rows(set);
    const ColumnSums sums = sum_columns(context_, candidates.rows, set.columns());

    Buffer<std::uint32_t> new_column(context_.budget, set.columns());
    std::uint32_t columns = 0;
    for (std::size_t column = 0; column < set.columns(); ++column)
        new_column[column] = sums.counts[column] >= context_.options.min_co_count ? columns++ : kNoColumn;
    renumber_columns(context_, candidates.rows, new_column.view(), min_row_length);

    candidates.ranks = Buffer<std::uint32_t>(context_.budget, columns);
    candidates.squares = Buffer<double>(context_.budget, columns);
    candidates.inverse_norms = Buffer<double>(context_.budget, padded_columns(columns), 0.0);
    for (std::size_t column = 0; column < set.columns(); ++column) {
        const std::uint32_t renumbered = new_column[column];
        if (renumbered == kNoColumn)
            continue;
        candidates.ranks[renumbered] = set.ranks[column];
        candidates.squares[renumbered] = sums.squares[column];
        candidates.inverse_norms[renumbered] = 1 / std::sqrt(sums.squares[column]);
        candidates.largest_count = std::max(candidates.largest_count, sums.counts[column]);
        candidates.largest_square = std::max(candidates.largest_square, sums.squares[column]);
    }
    return candidates;
}

template <class Weight>
NeighborTargets<Weight> NeighborModelBuild<Weight>::targets_of(const NeighborCandidates<Weight>& candidates) {
    const std::size_t columns = candidates.columns();
    NeighborTargets<Weight> targets;
    targets.largest_count = candidates.largest_count;
    targets.largest_square = candidates.largest_square;
    targets.ranks = Buffer<std::uint32_t>(context_.budget, columns);
    std::copy(candidates.ranks.begin(), candidates.ranks.end(), targets.ranks.begin());
    std::sort(targets.ranks.begin(), targets.ranks.end());

    targets.squares = Buffer<double>(context_.budget, columns);
    Buffer<std::uint32_t> place(context_.budget, columns);
    for (std::size_t column = 0; column < columns; ++column) {
        const auto at = std::lower_bound(targets.ranks.begin(), targets.ranks.end(), candidates.ranks[column]);
        place[column] = static_cast<std::uint32_t>(at - targets.ranks.begin());
        targets.squares[place[column]] = candidates.squares[column];
    }
    targets.users = transposed(context_, candidates.rows, place.view(), columns);
    return targets;
}

template <class Weight>
void NeighborModelBuild<Weight>::whole(const Block& block) {
    const auto candidates = candidates_of(block, 2);
    const auto targets = targets_of(candidates);
    const std::size_t count = targets.ranks.size();
    const std::size_t step = slice(count);
    for (std::size_t first = 0; first < count; first += step) {
        NeighborLists lists(context_.budget, first, std::min(step, count - first), kept_);
        find_neighbors(context_, targets, candidates, lists);
        hand_over(targets, lists);
    }
}

template <class Weight>
void NeighborModelBuild<Weight>::in_blocks(std::span<const Block> blocks, std::size_t own) {
    NeighborTargets<Weight> targets;
    NeighborLists lists;
    for (std::size_t step = 0; step < blocks.size(); ++step) {
        const std::size_t other = (own + step) % blocks.size();
        const auto candidates = candidates_of(blocks[other], 0);
        if (step == 0) {
            targets = targets_of(candidates);
            lists = NeighborLists(context_.budget, 0, targets.ranks.size(), kept_);
        }
        find_neighbors(context_, targets, candidates, lists);
        context_.done += blocks[own].products() - targets.ranks.size();  // products too rare for a pair
    }
    hand_over(targets, lists);
}

template <class Weight>
void NeighborModelBuild<Weight>::hand_over(const NeighborTargets<Weight>& targets, const NeighborLists& lists) {
    const PhaseClock::Section section(context_.clock, context_.report.write_seconds);
    for (std::size_t at = 0; at < lists.sizes.size(); ++at) {
        const auto list = lists.of(lists.first + at);
        if (at % kListsPerTick == 0)
            context_.tick();
        if (list.empty())
            continue;
        for (std::size_t place = 0; place < list.size(); ++place) {
            ids_[place] = census_.product_id(list[place].product);
            scores_[place] = list[place].score;
            co_counts_[place] = static_cast<std::int32_t>(list[place].co_count);
        }
        context_.sink.neighbors(model_, census_.product_id(targets.ranks[lists.first + at]),
                                ids_.view().first(list.size()), scores_.view().first(list.size()),
                                co_counts_.view().first(list.size()));
        counts_.pairs += list.size();
    }
}

}  // namespace

template <class Weight>
NeighborCounts build_neighbor_model(BuildContext& context, const EventCensus& census, MatrixSource<Weight>& source,
                                    Model model) {
    return NeighborModelBuild<Weight>(context, census, source, model).run();
}

template NeighborCounts build_neighbor_model(BuildContext&, const EventCensus&, MatrixSource<std::uint32_t>&, Model);
template NeighborCounts build_neighbor_model(BuildContext&, const EventCensus&, MatrixSource<double>&, Model);

}  // namespace shopsmart::core
