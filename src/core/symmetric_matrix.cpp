// Inversion by the symmetric sweep operator (Goodnight: A tutorial on the SWEEP operator, The American Statistician
// 1979), a tile of pivots at a time. With D the inverse of the pivot's tile A(k,k), for all other tiles
//
//     A(i,j) -= A(i,k) D A(k,j),    then    A(i,k) = A(i,k) D    and    A(k,k) = -D.
//
// When each tile was the pivot once, the matrix is the negative of its inverse. It stays symmetric all the while, so that
// its lower half will do, and takes size^3 additions and multiplications. A positive definite matrix needs no other
// pivots than those on its diagonal.
#include "core/symmetric_matrix.hpp"

#include <algorithm>
#include <array>

namespace shopsmart::core {

namespace {

constexpr std::size_t kTile = SymmetricMatrix::kTile;
constexpr std::size_t kTileValues = kTile * kTile;

// Four doubles that are worked on at once, where the processor can; the same bits where it cannot.
typedef double Quad __attribute__((vector_size(32), may_alias));
constexpr std::size_t kQuad = 4;
constexpr std::size_t kCacheLine = 64;

// result -= left * right, all of them tiles that start at a cache line. Four rows of eight values are summed at a time, in registers.
[[gnu::always_inline]] inline void subtract_product_with(double* result, const double* left, const double* right) {
    constexpr std::size_t kRows = 4;
    for (std::size_t row = 0; row < kTile; row += kRows)
        for (std::size_t column = 0; column < kTile; column += 2 * kQuad) {
            Quad sums[kRows][2] = {};
            for (std::size_t k = 0; k < kTile; ++k) {
                const auto* const factors = reinterpret_cast<const Quad*>(right + k * kTile + column);
                for (std::size_t r = 0; r < kRows; ++r) {
                    const double factor = left[(row + r) * kTile + k];
                    sums[r][0] += factor * factors[0];
                    sums[r][1] += factor * factors[1];
                }
            }
            for (std::size_t r = 0; r < kRows; ++r) {
                auto* const values = reinterpret_cast<Quad*>(result + (row + r) * kTile + column);
                values[0] -= sums[r][0];
                values[1] -= sums[r][1];
            }
        }
}

void subtract_product_plain(double* result, const double* left, const double* right) {
    subtract_product_with(result, left, right);
}

#if defined(__x86_64__)
__attribute__((target("avx2"))) void subtract_product_avx2(double* result, const double* left, const double* right) {
    subtract_product_with(result, left, right);
}
const bool kHasAvx2 = __builtin_cpu_supports("avx2");
#endif

void subtract_product(double* result, const double* left, const double* right) {
#if defined(__x86_64__)
    if (kHasAvx2) {
        subtract_product_avx2(result, left, right);
        return;
    }
#endif
    subtract_product_plain(result, left, right);
}

void transpose(const double* from, double* to) {
    for (std::size_t row = 0; row < kTile; ++row)
        for (std::size_t column = 0; column < kTile; ++column)
            to[column * kTile + row] = from[row * kTile + column];
}

// The inverse of a tile of which the lower half is given: the same sweep, value by value.
std::array<double, kTileValues> inverse_of(const double* tile) {
    std::array<double, kTileValues> inverse;
    for (std::size_t row = 0; row < kTile; ++row)
        for (std::size_t column = 0; column <= row; ++column)
            inverse[row * kTile + column] = inverse[column * kTile + row] = tile[row * kTile + column];
    std::array<double, kTile> pivot_row;
    for (std::size_t pivot = 0; pivot < kTile; ++pivot) {
        std::copy_n(inverse.begin() + pivot * kTile, kTile, pivot_row.begin());
        if (!(pivot_row[pivot] > 0))
            throw InvalidInput("a matrix is not positive definite within the precision of the computation");
        const double factor = 1 / pivot_row[pivot];
        for (std::size_t row = 0; row < kTile; ++row) {
            const double scaled = pivot_row[row] * factor;
            for (std::size_t column = 0; column < kTile; ++column)
                inverse[row * kTile + column] -= scaled * pivot_row[column];
        }
        for (std::size_t row = 0; row < kTile; ++row)
            inverse[row * kTile + pivot] = inverse[pivot * kTile + row] = pivot_row[row] * factor;
        inverse[pivot * kTile + pivot] = -factor;
    }
    for (double& value : inverse)
        value = -value;
    return inverse;
}

}  // namespace

SymmetricMatrix::SymmetricMatrix(MemoryBudget& budget, std::size_t size)
    : size_(size),
      tiles_(tiles_for(size)),
      values_(budget, tiles_ * (tiles_ + 1) / 2 * kTileValues, 0.0),
      panel_(budget, tiles_ * kTileValues),
      scaled_panel_(budget, tiles_ * kTileValues) {
    for (std::size_t row = size; row < tiles_ * kTile; ++row)
        at(row, row) = 1;
}

std::size_t SymmetricMatrix::bytes_for(std::size_t size) {
    const std::size_t tiles = tiles_for(size);
    return checked_bytes(tiles * (tiles + 1) / 2 + 2 * tiles, kTileValues * sizeof(double));
}

void SymmetricMatrix::copy_row(std::size_t row, std::span<double> values) const {
    for (std::size_t column = 0; column < size_; ++column)
        values[column] = column <= row ? at(row, column) : at(column, row);
}

void SymmetricMatrix::invert(BuildContext& context, const std::function<void(std::size_t)>& on_progress) {
    for (std::size_t pivot = 0; pivot < tiles_; ++pivot) {
        alignas(kCacheLine) const auto inverse = inverse_of(tile(pivot, pivot));
        context.run(tiles_, [&](std::size_t row, unsigned, const CancelToken& cancel) {
            cancel.check();
            double* const transposed = panel_.begin() + row * kTileValues;
            double* const scaled = scaled_panel_.begin() + row * kTileValues;
            if (row == pivot)
                return;
            // of A(i,k); above the diagonal there is only A(k,i)
            if (row > pivot)
                transpose(tile(row, pivot), transposed);
            else
                std::copy_n(tile(pivot, row), kTileValues, transposed);
            alignas(kCacheLine) std::array<double, kTileValues> own;
            transpose(transposed, own.data());
            std::fill_n(scaled, kTileValues, 0.0);
            subtract_product(scaled, own.data(), inverse.data());
            for (std::size_t at = 0; at < kTileValues; ++at)
                scaled[at] = -scaled[at];
        });
        context.run(tiles_, [&](std::size_t task, unsigned, const CancelToken& cancel) {
            const std::size_t row = tiles_ - 1 - task;  // the longest rows first
            const double* const scaled = scaled_panel_.begin() + row * kTileValues;
            for (std::size_t column = 0; column <= row; ++column) {
                cancel.check();
                if (row != pivot && column != pivot)
                    subtract_product(tile(row, column), scaled, panel_.begin() + column * kTileValues);
            }
        });
        for (std::size_t other = 0; other < tiles_; ++other) {
            const double* const scaled = scaled_panel_.begin() + other * kTileValues;
            if (other < pivot)
                transpose(scaled, tile(pivot, other));
            else if (other > pivot)
                std::copy_n(scaled, kTileValues, tile(other, pivot));
        }
        std::ranges::transform(inverse, tile(pivot, pivot), [](double value) { return -value; });
        on_progress(std::min(size_, (pivot + 1) * kTile));
    }
}

}  // namespace shopsmart::core
