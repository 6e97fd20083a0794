#include "core/metrics.hpp"

#include <algorithm>
#include <cmath>

#include "core/random_bits.hpp"

namespace shopsmart::core {

namespace {

constexpr std::size_t kResamples = 1000;
constexpr std::size_t kLowest = 24;
constexpr std::size_t kHighest = 974;

double discount(std::uint32_t rank) {
    return 1 / std::log2(1.0 + rank);
}

}  // namespace

ListMetrics metrics_at(std::uint32_t k, std::span<const std::uint32_t> hit_ranks, std::size_t answers) {
    double gain = 0;
    double precisions = 0;
    double hits = 0;
    for (const std::uint32_t rank : hit_ranks) {
        if (rank > k)
            break;
        gain += discount(rank);
        precisions += ++hits / rank;
    }
    const auto reachable = static_cast<std::uint32_t>(std::min<std::size_t>(k, answers));
    double best_gain = 0;
    for (std::uint32_t rank = 1; rank <= reachable; ++rank)
        best_gain += discount(rank);
    return {hits / static_cast<double>(answers),
            hits / k,
            hits > 0 ? 1.0 : 0.0,
            gain / best_gain,
            hits > 0 ? 1.0 / hit_ranks.front() : 0.0,
            precisions / reachable};
}

std::vector<Interval> bootstrap_intervals(std::span<const double> values, std::size_t columns,
                                          std::span<const std::size_t> cluster_ends, std::uint64_t seed,
                                          const ThreadTeam& team, const ThreadTeam::Tick& tick) {
    constexpr std::size_t kDrawsPerCheck = 1 << 14;
    std::vector<double> means(kResamples * columns, 0.0);  // by column, then resample
    const auto resample = [&](std::size_t number, unsigned, const CancelToken& cancel) {
        RandomBits random(seed, number);
        std::vector<double> sums(columns, 0.0);
        std::size_t rows = 0;
        for (std::size_t drawn = 0; drawn < cluster_ends.size(); ++drawn) {
            if (drawn % kDrawsPerCheck == 0)
                cancel.check();
            const std::size_t cluster = random.below(cluster_ends.size());
            const std::size_t first = cluster == 0 ? 0 : cluster_ends[cluster - 1];
            for (std::size_t row = first; row < cluster_ends[cluster]; ++row)
                for (std::size_t column = 0; column < columns; ++column)
                    sums[column] += values[row * columns + column];
            rows += cluster_ends[cluster] - first;
        }
        for (std::size_t column = 0; column < columns; ++column)
            means[column * kResamples + number] = sums[column] / static_cast<double>(rows);
    };
    team.run(kResamples, resample, tick);

    std::vector<Interval> intervals;
    for (std::size_t column = 0; column < columns; ++column) {
        const auto first = means.begin() + static_cast<std::ptrdiff_t>(column * kResamples);
        std::sort(first, first + kResamples);
        intervals.push_back({first[kLowest], first[kHighest]});
    }
    return intervals;
}

}  // namespace shopsmart::core
