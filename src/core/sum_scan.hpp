// Reads a table of packed sums from end to end, clears it, and picks the few columns worth a closer look.
//
// There is one version for each vector instruction set, chosen when the program runs. The look is only a filter with
// slack; what it lets through is evaluated exactly elsewhere, so the versions need not, but do, agree to the last bit.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace shopsmart::core {

// One word holds a dot product above the lowest `shift` bits and a co-count in them.
struct SumHit {
    std::uint64_t word;
    std::uint64_t column;
};

// A column passes with at least min_count, when its dot product times its inverse norm reaches own_limit or reaches
// own_norm times its threshold.
struct SumFilter {
    unsigned shift;
    std::uint64_t min_count;
    double own_limit;
    double own_norm;
};

// Tables are read in steps of 8 columns: words, inverse norms and thresholds are padded, words with zeros.
inline std::size_t padded_columns(std::size_t columns) {
    return (columns + 7) / 8 * 8;
}

// Looks at the columns from first to last - 1, both multiples of 8, sets their words to 0 and writes the hits in
// ascending order. hits has room for one more than last - first. The dot products need at most 52 bits.
using ScanSums = std::size_t (*)(std::uint64_t* words, const float* inverse_norms, const float* thresholds,
                                 std::size_t first, std::size_t last, const SumFilter& filter, SumHit* hits);

// The versions that this processor can run, best last.
std::span<const ScanSums> scan_versions();
ScanSums best_scan();

}  // namespace shopsmart::core
