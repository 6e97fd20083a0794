// Compressed sparse rows, and the few steps that turn a pile of records into what the neighbor kernel reads.
#pragma once

#include <cstdint>
#include <span>

#include "core/build_context.hpp"

namespace shopsmart::core {

inline constexpr std::uint32_t kNoColumn = 0xffffffffU;

// weight is uint32_t when all weights are whole numbers, else double.
template <class Weight>
struct Entry {
    std::uint32_t column;
    Weight weight;
};

// Place of a row among the entries.
struct Extent {
    std::uint32_t begin;
    std::uint32_t end;
    std::uint32_t length() const noexcept { return end - begin; }
};

template <class Weight>
struct SparseRows {
    SparseRows() = default;
    SparseRows(MemoryBudget& budget, std::size_t rows, std::size_t room)
        : extents(budget, rows, Extent{0, 0}), entries(budget, room) {}

    std::size_t rows() const noexcept { return extents.size(); }
    std::span<Entry<Weight>> row(std::size_t at) noexcept {
        return {entries.begin() + extents[at].begin, extents[at].length()};
    }
    std::span<const Entry<Weight>> row(std::size_t at) const noexcept {
        return {entries.begin() + extents[at].begin, extents[at].length()};
    }
    static std::size_t bytes_for(std::size_t rows, std::size_t room) {
        return rows * sizeof(Extent) + room * sizeof(Entry<Weight>);
    }

    Buffer<Extent> extents;
    Buffer<Entry<Weight>> entries;
};

// Counting sort, first half: extents hold the length of each row in `end`; afterwards each row is empty and stands
// where it belongs, and entries are placed at end++. Returns the number of entries.
std::uint64_t open_rows(std::span<Extent> extents);

// Adds up the entries of a row that have the same column. The sums do not depend on the order of the entries.
template <class Weight>
void merge_duplicates(BuildContext& context, SparseRows<Weight>& rows, std::size_t columns);

// For each column the number of entries and the sum of their squares (in row order).
struct ColumnSums {
    Buffer<std::uint32_t> counts;
    Buffer<double> squares;
    double largest_weight = 0;  // of a single entry
    static std::size_t bytes_for(std::size_t columns) { return columns * (sizeof(std::uint32_t) + sizeof(double)); }
};
template <class Weight>
ColumnSums sum_columns(BuildContext& context, const SparseRows<Weight>& rows, std::size_t columns);

// Renumbers columns, leaving out those whose new number is kNoColumn.
template <class Weight>
void renumber_columns(BuildContext& context, SparseRows<Weight>& rows, std::span<const std::uint32_t> new_column);

// Rows become columns, ascending within each. Column c becomes row place[c] of `places` rows, or is left out when that
// is kNoColumn; so is a row with fewer than min_length entries in the columns that stay.
template <class Weight>
SparseRows<Weight> transposed(BuildContext& context, const SparseRows<Weight>& rows,
                              std::span<const std::uint32_t> place, std::size_t places, std::size_t min_length);

}  // namespace shopsmart::core
