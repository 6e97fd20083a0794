// The table of sums that pairs of one product are collected in: a dot product and a co-count for each column.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>

#include "core/sparse_matrix.hpp"
#include "core/sum_scan.hpp"

namespace shopsmart::core {

// What passes a first look. A pair is of interest when its score may enter the list of the product at hand or that of
// the other one. Limits have slack, for the look multiplies by rounded inverse norms.
struct PairFilter {
    std::uint32_t min_count;
    double own_norm;
    const float* inverse_norms;  // by column, padded
    const float* thresholds;     // by column, padded: smallest score that the other list still takes
};

// Whole weights: the dot product above the co-count in one 64-bit word, so that a pair costs one addition.
class PackedSums {
public:
    PackedSums(std::byte* memory, std::size_t, unsigned shift)
        : words_(reinterpret_cast<std::uint64_t*>(memory)), shift_(shift) {}

    // Bits for the co-count, at least so many, if it and the dot product fit one word, else 0. By Cauchy and Schwarz
    // no dot product exceeds the largest square. A dot product of at most 52 bits is exact as a double, too.
    static unsigned shift_for(std::uint32_t largest_count, double largest_square, unsigned at_least) {
        if (!(largest_square < 0x1p52))
            return 0;
        const auto count_bits = std::max(at_least, static_cast<unsigned>(std::bit_width(largest_count)));
        const auto dot_bits = static_cast<unsigned>(std::bit_width(static_cast<std::uint64_t>(largest_square)));
        return count_bits + dot_bits <= 64 ? count_bits : 0;
    }

    // For weights that come times 2^weight_shift.
    std::uint64_t factor(std::uint32_t weight, unsigned weight_shift) const {
        return std::uint64_t{weight} << (shift_ - weight_shift);
    }
    void add(std::uint32_t column, std::uint64_t factor, std::uint32_t weight) const {
        words_[column] += factor * weight + 1;
    }
    bool empty(std::uint32_t column) const { return words_[column] == 0; }
    double dot(std::uint32_t column) const { return dot_of(words_[column]); }
    std::uint32_t count(std::uint32_t column) const { return count_of(words_[column]); }
    void clear(std::uint32_t column) const { words_[column] = 0; }

    // Calls take(column, dot, count) for the columns below `columns` that pass the filter, and clears the table.
    // own_limit() is asked again now and then, as it rises: soonest when products of like popularity come first.
    template <class Limit, class Take>
    void drain(std::size_t columns, const PairFilter& filter, const Limit& own_limit, const Take& take) const {
        const ScanSums scan = best_scan();
        std::array<SumHit, kColumnsAtATime + 1> hits;
        const std::size_t padded = padded_columns(columns);
        for (std::size_t last = padded; last != 0;) {
            const std::size_t first = last - std::min(last, kColumnsAtATime);
            const SumFilter look{shift_, filter.min_count, own_limit(), filter.own_norm};
            const std::size_t found = scan(words_, filter.inverse_norms, filter.thresholds, first, last, look, hits.data());
            for (const auto& hit : std::span(hits).first(found))
                take(static_cast<std::uint32_t>(hit.column), dot_of(hit.word), count_of(hit.word));
            last = first;
        }
    }

private:
    static constexpr std::size_t kColumnsAtATime = 256;

    double dot_of(std::uint64_t word) const { return static_cast<double>(word >> shift_); }
    std::uint32_t count_of(std::uint64_t word) const {
        return static_cast<std::uint32_t>(word & ((std::uint64_t{1} << shift_) - 1));
    }

    std::uint64_t* words_;
    unsigned shift_;
};

// Any weights.
class PlainSums {
public:
    PlainSums(std::byte* memory, std::size_t columns, unsigned)
        : dots_(reinterpret_cast<double*>(memory)), counts_(reinterpret_cast<std::uint32_t*>(dots_ + columns)) {}

    template <class Weight>
    double factor(Weight weight, unsigned) const {
        return static_cast<double>(weight);
    }
    template <class Weight>
    void add(std::uint32_t column, double factor, Weight weight) const {
        dots_[column] += factor * static_cast<double>(weight);
        ++counts_[column];
    }
    bool empty(std::uint32_t column) const { return counts_[column] == 0; }
    double dot(std::uint32_t column) const { return dots_[column]; }
    std::uint32_t count(std::uint32_t column) const { return counts_[column]; }
    void clear(std::uint32_t column) const {
        dots_[column] = 0;
        counts_[column] = 0;
    }

    template <class Limit, class Take>
    void drain(std::size_t columns, const PairFilter& filter, const Limit&, const Take& take) const {
        for (std::uint32_t column = 0; column < columns; ++column) {
            if (counts_[column] >= filter.min_count)
                take(column, dots_[column], counts_[column]);
            clear(column);
        }
    }

private:
    double* dots_;
    std::uint32_t* counts_;
};

// Memory of a table for either.
inline std::size_t sums_bytes(std::size_t columns) {
    return padded_columns(columns) * (sizeof(double) + sizeof(std::uint32_t));
}

}  // namespace shopsmart::core
