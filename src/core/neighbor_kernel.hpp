// Best neighbors of products: row by row of the product matrix AᵀA (Gustavson), of which only the k best of each row
// are ever kept. A holds a weight for each user (or basket) and product.
//
// For a product, the rows of all its users are added into one table of sums, a dot product and a co-count for each
// other product. When all weights are whole and the largest possible sums fit, both live in one 64-bit word, so that
// a pair costs one multiplication and one addition. Columns are numbered by popularity: most additions hit the few
// products at the front of the table, which stay in the first-level cache. A table that was hit all over is read from
// end to end; one that was hardly hit is read through a list of the columns touched.
#pragma once

#include <cstdint>
#include <span>

#include "core/sparse_matrix.hpp"
#include "core/top_k.hpp"

namespace shopsmart::core {

// The products whose neighbors are wanted. By place in ascending id.
template <class Weight>
struct NeighborTargets {
    SparseRows<Weight> users;        // of each target: its users and weights, users ascending
    Buffer<std::uint32_t> ranks;     // rank of the product among all products in ascending id
    Buffer<double> squares;          // dot(i,i)
    std::uint32_t largest_count = 0;
    double largest_square = 0;
};

// The products that may become neighbors. By column, in descending popularity.
template <class Weight>
struct NeighborCandidates {
    SparseRows<Weight> rows;         // of each user: its columns and weights
    Buffer<std::uint32_t> ranks;
    Buffer<double> squares;
    Buffer<double> inverse_norms;    // 1 / sqrt(dot(j,j)), for a first look only; padded with zeros
    std::uint32_t largest_count = 0;
    double largest_square = 0;
    std::size_t columns() const noexcept { return ranks.size(); }
};

// The neighbors found so far of a range of targets: best first, `kept` places for each.
struct NeighborLists {
    NeighborLists() = default;
    NeighborLists(MemoryBudget& budget, std::size_t first_target, std::size_t targets, std::size_t kept_neighbors)
        : first(first_target),
          kept(kept_neighbors),
          sizes(budget, targets, 0U),
          neighbors(budget, checked_bytes(targets, kept_neighbors)) {}
    static std::size_t bytes_for(std::size_t targets, std::size_t kept_neighbors) {
        return targets * (sizeof(std::uint32_t) + kept_neighbors * sizeof(Neighbor));
    }
    std::span<Neighbor> places(std::size_t target) {
        return {neighbors.begin() + (target - first) * kept, kept};
    }
    std::span<const Neighbor> of(std::size_t target) const {
        return {neighbors.begin() + (target - first) * kept, sizes[target - first]};
    }

    std::size_t first = 0;
    std::size_t kept = 0;
    Buffer<std::uint32_t> sizes;
    Buffer<Neighbor> neighbors;
};

// Memory that find_neighbors needs while it runs.
std::size_t neighbor_scratch_bytes(unsigned threads, std::size_t columns, std::size_t kept, std::size_t targets);

// Merges the best candidates into the lists of the targets that the lists hold. on_progress gets the number of targets
// done, on the calling thread.
template <class Weight>
void find_neighbors(BuildContext& context, const NeighborTargets<Weight>& targets,
                    const NeighborCandidates<Weight>& candidates, NeighborLists& lists);

}  // namespace shopsmart::core
