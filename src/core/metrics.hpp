// How good a ranked list is, judged by what its user went for afterwards, and how sure the mean over users is.
//
// R: the user's answers, L: the first k products of the list. A hit is a product of L that is in R.
//
//     recall    = hits / |R|
//     precision = hits / k
//     hit rate  = 1 if there is a hit, else 0
//     ndcg      = Σ 1/log2(1 + rank) over the hits, divided by the same sum over ranks 1 .. min(k, |R|)
//                 (Järvelin, Kekäläinen: Cumulated gain-based evaluation of IR techniques, TOIS 2002; gains of 0 and 1)
//     mrr       = 1 / rank of the first hit, else 0
//     map       = Σ (hits up to rank) / rank over the hits, divided by min(k, |R|)
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "core/thread_team.hpp"

namespace shopsmart::core {

enum class Metric : std::size_t { recall, precision, hit_rate, ndcg, mrr, map };
inline constexpr std::size_t kMetrics = 6;
using ListMetrics = std::array<double, kMetrics>;  // by Metric

// hit_ranks: ascending, from 1; those beyond k do not count. answers: |R|, at least 1.
ListMetrics metrics_at(std::uint32_t k, std::span<const std::uint32_t> hit_ranks, std::size_t answers);

// 95 % of the mean.
struct Interval {
    double low;
    double high;
};

// Percentile bootstrap (Efron 1979): the means of 1000 resamples of the rows, of which the 25th and the 975th bound the
// interval. values: row after row, so many columns each; one interval a column. cluster_ends: rows that depend on each
// other are neighbors, and drawn together; where each such cluster ends. The same rows are drawn for every column, and
// the same for equal seeds and numbers of clusters, whatever the number of threads.
std::vector<Interval> bootstrap_intervals(std::span<const double> values, std::size_t columns,
                                          std::span<const std::size_t> cluster_ends, std::uint64_t seed,
                                          const ThreadTeam& team, const ThreadTeam::Tick& tick);

}  // namespace shopsmart::core
