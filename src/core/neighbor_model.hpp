// One neighbor model from its matrix: similarity from interactions, basket affinity from baskets.
//
// When the matrix fits the budget, it is made once. Otherwise products are cut into blocks of consecutive ids with
// about as many entries each. For a block of targets, its part of the matrix is turned into columns; then block after
// block of candidates is made and the best neighbors are merged into running lists. Each block is made by another pass
// over the source, b * b passes in all (so b is bounded), and no more than two blocks are held at once. The sums of a pair are complete
// within its two blocks, so any number of blocks gives the same bits.
#pragma once

#include <cstdint>
#include <utility>

#include "core/event_census.hpp"
#include "core/pair_score.hpp"
#include "core/sparse_matrix.hpp"

namespace shopsmart::core {

// The products of one block, numbered as columns in descending number of entries.
struct ColumnSet {
    Buffer<std::uint32_t> column_of_product;  // by product number; kNoColumn outside of the block
    Buffer<std::uint32_t> ranks;              // by column
    std::size_t columns() const noexcept { return ranks.size(); }
};

// Where a model's matrix comes from. Bounds on memory are in bytes on top of what is held already.
template <class Weight>
class MatrixSource {
public:
    virtual ~MatrixSource() = default;

    // Rows of all users (or baskets), distinct columns, restricted to a set. The same rows have the same numbers in
    // every call. May use up what was kept of the first scan.
    virtual SparseRows<Weight> rows(const ColumnSet& set) = 0;

    virtual std::size_t row_count() const = 0;
    // Most entries that a product can have.
    virtual std::uint32_t entries_of(std::uint32_t product) const = 0;
    // Sum of a product's weights w(u,i), where scores ask for it.
    virtual double total_of(std::uint32_t) const { return 0; }
    // Memory of rows() while it works and of its result.
    virtual std::size_t working_bytes(std::uint64_t entries, std::size_t columns) const = 0;
    virtual std::size_t result_bytes(std::uint64_t entries) const = 0;
    // What was kept of the first scan, which one single block can start from.
    virtual std::size_t kept_bytes() const = 0;
    virtual void drop_kept() = 0;
};

struct NeighborCounts {
    std::uint64_t pairs = 0;
    std::uint32_t blocks = 1;
};

// Computes the model and hands it to the sink in ascending product id.
template <class Weight>
NeighborCounts build_neighbor_model(BuildContext& context, const EventCensus& census, MatrixSource<Weight>& source,
                                    const PairScore& score, Model model);

}  // namespace shopsmart::core
