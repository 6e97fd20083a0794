// Best neighbors of products: row by row of the product matrix AᵀA (Gustavson), of which only the k best of each row
// are ever kept. A holds a weight for each user (or basket) and product.
//
// For a product, the rows of its users are added into one table of sums, a dot product and a co-count for each other
// product. What makes it fast:
//   - columns are numbered by popularity: most additions hit the few products at the front of the table, which stay
//     in the first-level cache;
//   - when all weights are whole, dot product and co-count share a 64-bit word (pair_sums.hpp), and column and weight
//     of an entry a 32-bit word: half the additions, half the memory to read;
//   - AᵀA is symmetric: with the entries of a row ascending, a product adds only what stands before it in the rows of
//     its users, and each pair found is offered to both lists;
//   - a table that was hit all over is read from end to end with vector instructions (sum_scan.hpp), one that was
//     hardly hit through a list of the columns touched;
//   - the exact score is evaluated for the few pairs that may enter a list.
// Scores other than plain cosine go without the packed words and without the first look, which knows cosines only.
// In blocks, when the matrix does not fit, targets and candidates are different products and symmetry is not used.
#pragma once

#include <cstdint>
#include <span>

#include "core/neighbor_lists.hpp"
#include "core/pair_score.hpp"
#include "core/sparse_matrix.hpp"

namespace shopsmart::core {

// What the search needs to know of each product of a block, by column.
struct ProductFacts {
    Buffer<std::uint32_t> ranks;   // among all products in ascending id
    Buffer<double> squares;        // dot(i,i)
    Buffer<PairSide> sides;        // for scores other than plain cosine, else empty
    Buffer<float> inverse_norms;   // 1 / sqrt(dot(i,i)), for a first look only; padded
    std::uint32_t largest_count = 0;
    double largest_square = 0;
    double largest_weight = 0;
    std::size_t columns() const noexcept { return ranks.size(); }
    static std::size_t bytes_for(std::size_t columns, const PairScore& score);
};

// Memory that a search needs while it runs.
std::size_t search_bytes(unsigned threads, std::size_t columns, std::size_t kept);

// All pairs of a whole matrix. users: of each column its rows and weights; consumed. Lists are by column.
template <class Weight>
void search_pairs(BuildContext& context, SparseRows<Weight> users, std::size_t rows, const ProductFacts& facts,
                  const PairScore& score, NeighborLists& lists);
// Memory that it needs on top of users, lists and search_bytes.
template <class Weight>
std::size_t pair_rows_bytes(std::size_t rows, std::uint64_t entries, std::size_t columns);

// Pairs of a target with a candidate of the same or another block. users: of each target its rows and weights; rows:
// of each row the columns of candidates. Lists are by target.
template <class Weight>
void search_block(BuildContext& context, const SparseRows<Weight>& users, const ProductFacts& targets,
                  const SparseRows<Weight>& rows, const ProductFacts& candidates, const PairScore& score,
                  NeighborLists& lists);

}  // namespace shopsmart::core
