// A dense symmetric matrix, inverted in place by all threads, with the same bits for any number of them.
#pragma once

#include "core/build_context.hpp"

namespace shopsmart::core {

// The lower half, cut into square tiles that each lie in one piece: half the memory of a full matrix, and what a task
// works on stays in the cache. Tiles at the edge are filled up with an identity matrix.
class SymmetricMatrix {
public:
    static constexpr std::size_t kTile = 64;

    // All zero.
    SymmetricMatrix(MemoryBudget& budget, std::size_t size);
    static std::size_t bytes_for(std::size_t size);

    std::size_t size() const noexcept { return size_; }
    // row >= column.
    double& at(std::size_t row, std::size_t column) noexcept {
        return tile(row / kTile, column / kTile)[row % kTile * kTile + column % kTile];
    }
    double at(std::size_t row, std::size_t column) const noexcept {
        return const_cast<SymmetricMatrix*>(this)->at(row, column);
    }
    // All of a row, the part right of the diagonal too.
    void copy_row(std::size_t row, std::span<double> values) const;

    // Replaces a positive definite matrix by the negative of its inverse; throws InvalidInput when it is not positive
    // definite. on_progress is called with the number of columns done.
    void invert(BuildContext& context, const std::function<void(std::size_t)>& on_progress);

private:
    static std::size_t tiles_for(std::size_t size) { return (size + kTile - 1) / kTile; }
    double* tile(std::size_t row, std::size_t column) noexcept {
        return values_.begin() + (row * (row + 1) / 2 + column) * kTile * kTile;
    }

    std::size_t size_;
    std::size_t tiles_;           // in a row
    Buffer<double> values_;       // tile by tile, row by row
    Buffer<double> panel_;        // of the step of an inversion: the tiles of the pivot's column, transposed,
    Buffer<double> scaled_panel_; // and times the pivot's inverse
};

}  // namespace shopsmart::core
