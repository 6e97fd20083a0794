// What the search index keeps of a word in a product, in 8 bytes: where it stands, how often, and how long the fields are.
//
// The score is BM25F (Robertson, Zaragoza, Taylor: Simple BM25 extension to multiple weighted fields, CIKM 2004): counts
// of a word in the fields are weighed and normalised by the length of their field first, and saturate once, as a sum.
#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstdint>

namespace shopsmart::core {

enum class Field : unsigned { name, brand, category, description };
inline constexpr unsigned kFields = 4;

using FieldNumbers = std::array<std::uint32_t, kFields>;

// Counts in the fields name (5 bits), brand (3), category (3) and description (5), then the coded lengths of name and
// description (8 each). Brands and categories are short, so that their length says nothing.
using Occurrence = std::uint32_t;

struct Posting {
    std::uint32_t document;
    Occurrence occurrence;
};
static_assert(sizeof(Posting) == 8);

inline constexpr FieldNumbers kCountBits = {5, 3, 3, 5};
inline constexpr FieldNumbers kCountShift = {27, 24, 21, 16};

// Exact up to 32 words, then in steps of 9 %, up to 2^31 words.
constexpr std::uint32_t kExactLengths = 32;
constexpr std::uint32_t kStepsOfDoubling = 8;

inline std::uint32_t length_code(std::uint32_t length) {
    if (length <= kExactLengths)
        return length;
    const std::uint32_t doublings = static_cast<std::uint32_t>(std::bit_width(length)) - 6;
    const std::uint32_t eighths = (length >> (doublings + 2)) - kStepsOfDoubling;
    return std::min(kExactLengths + doublings * kStepsOfDoubling + eighths, 255U);
}

// The shortest length with that code.
inline std::uint32_t length_of_code(std::uint32_t code) {
    if (code <= kExactLengths)
        return code;
    const std::uint32_t beyond = code - kExactLengths;
    return (kStepsOfDoubling + beyond % kStepsOfDoubling) << (beyond / kStepsOfDoubling + 2);
}

inline Occurrence pack_occurrence(const FieldNumbers& counts, std::uint32_t name_length, std::uint32_t description_length) {
    Occurrence packed = length_code(name_length) << 8 | length_code(description_length);
    for (unsigned field = 0; field < kFields; ++field)
        packed |= std::min(counts[field], (1U << kCountBits[field]) - 1) << kCountShift[field];
    return packed;
}

inline std::uint32_t count_in(Occurrence occurrence, Field field) {
    const auto f = static_cast<unsigned>(field);
    return occurrence >> kCountShift[f] & ((1U << kCountBits[f]) - 1);
}

struct FieldOptions {
    std::array<double, kFields> weights;
    double k1;
    double b;
    double mean_name_length;
    double mean_description_length;
};

// The part of the score that a word contributes without its rarity: 0 to k1 + 1.
class OccurrenceScore {
public:
    explicit OccurrenceScore(const FieldOptions& options)
        : k1_(static_cast<float>(options.k1)),
          brand_(static_cast<float>(options.weights[1])),
          category_(static_cast<float>(options.weights[2])) {
        for (std::uint32_t code = 0; code < 256; ++code) {
            name_[code] = normalised(options, 0, code, options.mean_name_length);
            description_[code] = normalised(options, 3, code, options.mean_description_length);
        }
    }

    float operator()(Occurrence occurrence) const {
        const float frequency = name_[occurrence >> 8 & 255] * static_cast<float>(count_in(occurrence, Field::name)) +
                                brand_ * static_cast<float>(count_in(occurrence, Field::brand)) +
                                category_ * static_cast<float>(count_in(occurrence, Field::category)) +
                                description_[occurrence & 255] * static_cast<float>(count_in(occurrence, Field::description));
        return (k1_ + 1) * frequency / (k1_ + frequency);
    }

private:
    static float normalised(const FieldOptions& options, std::size_t field, std::uint32_t code, double mean) {
        const double relative = mean > 0 ? length_of_code(code) / mean : 1;
        return static_cast<float>(options.weights[field] / (1 - options.b + options.b * relative));
    }

    float k1_;
    float brand_;
    float category_;
    float name_[256];
    float description_[256];
};

// How much a word tells that `having` of `all` products hold.
inline float rarity(std::uint64_t all, std::uint64_t having) {
    const double n = static_cast<double>(std::min(having, all));
    return static_cast<float>(std::log1p((static_cast<double>(all) - n + 0.5) / (n + 0.5)));
}

}  // namespace shopsmart::core
