#include "core/sum_scan.hpp"

#include <algorithm>
#include <array>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace shopsmart::core {

namespace {

std::size_t scan_plain(std::uint64_t* words, const float* inverse_norms, const float* thresholds, std::size_t first,
                       std::size_t last, const SumFilter& filter, SumHit* hits) {
    const std::uint64_t count_mask = (std::uint64_t{1} << filter.shift) - 1;
    std::size_t found = 0;
    for (std::size_t column = first; column < last; ++column) {
        const std::uint64_t word = words[column];
        if (word == 0)
            continue;
        words[column] = 0;
        hits[found] = SumHit{word, column};
        const auto dot = static_cast<double>(static_cast<std::int64_t>(word >> filter.shift));
        const double limit = std::min(filter.own_limit, filter.own_norm * static_cast<double>(thresholds[column]));
        const double look = dot * static_cast<double>(inverse_norms[column]);
        found += (word & count_mask) >= filter.min_count && look >= limit;
    }
    return found;
}

#if defined(__x86_64__)

// A whole number below 2^52 becomes a double when it is put into the fraction of 2^52 and 2^52 is taken off again.
constexpr std::int64_t kTwoTo52Bits = 0x4330000000000000;
constexpr double kTwoTo52 = 0x1p52;

__attribute__((target("avx2"))) std::size_t scan_avx2(std::uint64_t* words, const float* inverse_norms,
                                                      const float* thresholds, std::size_t first, std::size_t last,
                                                      const SumFilter& filter, SumHit* hits) {
    const __m256i count_mask = _mm256_set1_epi64x((std::int64_t{1} << filter.shift) - 1);
    const __m256i below_count = _mm256_set1_epi64x(static_cast<std::int64_t>(filter.min_count) - 1);
    const __m256d own_limit = _mm256_set1_pd(filter.own_limit);
    const __m256d own_norm = _mm256_set1_pd(filter.own_norm);
    const __m256i exponent = _mm256_set1_epi64x(kTwoTo52Bits);
    const __m256d two_to_52 = _mm256_set1_pd(kTwoTo52);
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(filter.shift));
    std::size_t found = 0;
    for (std::size_t column = first; column < last; column += 4) {
        auto* const place = reinterpret_cast<__m256i*>(words + column);
        const __m256i word = _mm256_loadu_si256(place);
        const __m256i enough = _mm256_cmpgt_epi64(_mm256_and_si256(word, count_mask), below_count);
        const __m256i bits = _mm256_or_si256(_mm256_srl_epi64(word, shift), exponent);
        const __m256d dot = _mm256_sub_pd(_mm256_castsi256_pd(bits), two_to_52);
        const __m256d look = _mm256_mul_pd(dot, _mm256_cvtps_pd(_mm_loadu_ps(inverse_norms + column)));
        const __m256d threshold = _mm256_cvtps_pd(_mm_loadu_ps(thresholds + column));
        const __m256d limit = _mm256_min_pd(own_limit, _mm256_mul_pd(own_norm, threshold));
        const __m256d passes = _mm256_and_pd(_mm256_cmp_pd(look, limit, _CMP_GE_OQ), _mm256_castsi256_pd(enough));
        auto set = static_cast<unsigned>(_mm256_movemask_pd(passes));
        for (; set != 0; set &= set - 1) {
            const std::size_t hit = column + static_cast<std::size_t>(__builtin_ctz(set));
            hits[found++] = SumHit{words[hit], hit};
        }
        _mm256_storeu_si256(place, _mm256_setzero_si256());
    }
    return found;
}

__attribute__((target("avx512f"))) std::size_t scan_avx512(std::uint64_t* words, const float* inverse_norms,
                                                           const float* thresholds, std::size_t first,
                                                           std::size_t last, const SumFilter& filter, SumHit* hits) {
    const __m512i count_mask = _mm512_set1_epi64((std::int64_t{1} << filter.shift) - 1);
    const __m512i min_count = _mm512_set1_epi64(static_cast<std::int64_t>(filter.min_count));
    const __m512d own_limit = _mm512_set1_pd(filter.own_limit);
    const __m512d own_norm = _mm512_set1_pd(filter.own_norm);
    const __m512i exponent = _mm512_set1_epi64(kTwoTo52Bits);
    const __m512d two_to_52 = _mm512_set1_pd(kTwoTo52);
    const __m128i shift = _mm_cvtsi32_si128(static_cast<int>(filter.shift));
    std::size_t found = 0;
    for (std::size_t column = first; column < last; column += 8) {
        const __m512i word = _mm512_loadu_si512(words + column);
        const __mmask8 enough = _mm512_cmpge_epu64_mask(_mm512_and_si512(word, count_mask), min_count);
        const __m512i bits = _mm512_or_si512(_mm512_maskz_srl_epi64(0xff, word, shift), exponent);
        const __m512d dot = _mm512_sub_pd(_mm512_castsi512_pd(bits), two_to_52);
        const __m512d look = _mm512_mul_pd(dot, _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(inverse_norms + column)));
        const __m512d threshold = _mm512_maskz_cvtps_pd(0xff, _mm256_loadu_ps(thresholds + column));
        const __m512d limit = _mm512_maskz_min_pd(0xff, own_limit, _mm512_mul_pd(own_norm, threshold));
        auto set = static_cast<unsigned>(_mm512_mask_cmp_pd_mask(enough, look, limit, _CMP_GE_OQ));
        for (; set != 0; set &= set - 1) {
            const std::size_t hit = column + static_cast<std::size_t>(__builtin_ctz(set));
            hits[found++] = SumHit{words[hit], hit};
        }
        _mm512_storeu_si512(words + column, _mm512_setzero_si512());
    }
    return found;
}

#endif

struct Versions {
    std::array<ScanSums, 3> list{scan_plain};
    std::size_t count = 1;

    Versions() {
#if defined(__x86_64__)
        if (__builtin_cpu_supports("avx2"))
            list[count++] = scan_avx2;
        if (__builtin_cpu_supports("avx512f"))
            list[count++] = scan_avx512;
#endif
    }
};

}  // namespace

std::span<const ScanSums> scan_versions() {
    static const Versions versions;
    return {versions.list.data(), versions.count};
}

ScanSums best_scan() {
    return scan_versions().back();
}

}  // namespace shopsmart::core
