#include "core/sparse_matrix.hpp"

#include <algorithm>
#include <type_traits>

namespace shopsmart::core {

namespace {

constexpr std::size_t kRowsPerTask = 4096;

template <class Weight, class Work>
void for_each_row(BuildContext& context, const SparseRows<Weight>& rows, const Work& work) {
    context.run_alone(rows.rows() + rows.entries.size(), [&](const CancelToken& cancel) {
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            if (row % kRowsPerTask == 0)
                cancel.check();
            work(row);
        }
    });
}

}  // namespace

std::uint64_t open_rows(std::span<Extent> extents) {
    std::uint64_t begin = 0;
    for (auto& extent : extents) {
        const std::uint32_t length = extent.end;
        extent.begin = extent.end = static_cast<std::uint32_t>(begin);
        begin += length;
    }
    if (begin > 0xffffffffULL)
        throw LimitExceeded("more than 4294967295 interactions in one block");
    return begin;
}

template <class Weight>
void merge_duplicates(BuildContext& context, SparseRows<Weight>& rows, std::size_t columns) {
    const unsigned workers = context.team.size();
    Buffer<Weight> sums(context.budget, checked_bytes(workers, columns), Weight{0});
    const std::size_t tasks = (rows.rows() + kRowsPerTask - 1) / kRowsPerTask;
    context.run(tasks, [&](std::size_t task, unsigned worker, const CancelToken& cancel) {
        Weight* const sum = sums.data() + worker * columns;
        const std::size_t last = std::min(rows.rows(), (task + 1) * kRowsPerTask);
        for (std::size_t at = task * kRowsPerTask; at < last; ++at) {
            auto row = rows.row(at);
            if (row.size() < 2)
                continue;
            if constexpr (std::is_floating_point_v<Weight>) {
                cancel.check();
                std::sort(row.begin(), row.end(), [](const auto& a, const auto& b) { return a.weight < b.weight; });
            }
            std::uint32_t kept = 0;
            for (const auto& entry : row) {
                if (sum[entry.column] == 0)
                    row[kept++].column = entry.column;
                sum[entry.column] += entry.weight;
            }
            for (auto& entry : row.first(kept)) {
                entry.weight = sum[entry.column];
                sum[entry.column] = 0;
            }
            rows.extents[at].end = rows.extents[at].begin + kept;
        }
    });
}

template <class Weight>
ColumnSums sum_columns(BuildContext& context, const SparseRows<Weight>& rows, std::size_t columns) {
    ColumnSums sums{Buffer<std::uint32_t>(context.budget, columns, 0U), Buffer<double>(context.budget, columns, 0.0), 0};
    for_each_row(context, rows, [&](std::size_t row) {
        for (const auto& entry : rows.row(row)) {
            const auto weight = static_cast<double>(entry.weight);
            ++sums.counts[entry.column];
            sums.squares[entry.column] += weight * weight;
            sums.largest_weight = std::max(sums.largest_weight, weight);
        }
    });
    return sums;
}

template <class Weight>
void renumber_columns(BuildContext& context, SparseRows<Weight>& rows, std::span<const std::uint32_t> new_column) {
    for_each_row(context, rows, [&](std::size_t at) {
        std::uint32_t kept = 0;
        auto row = rows.row(at);
        for (const auto& entry : row)
            if (new_column[entry.column] != kNoColumn)
                row[kept++] = Entry<Weight>{new_column[entry.column], entry.weight};
        rows.extents[at].end = rows.extents[at].begin + kept;
    });
}

template <class Weight>
SparseRows<Weight> transposed(BuildContext& context, const SparseRows<Weight>& rows,
                              std::span<const std::uint32_t> place, std::size_t places, std::size_t min_length) {
    const auto long_enough = [&](std::size_t at) {
        std::size_t length = 0;
        for (const auto& entry : rows.row(at))
            length += place[entry.column] != kNoColumn;
        return length >= min_length;
    };
    SparseRows<Weight> result;
    result.extents = Buffer<Extent>(context.budget, places, Extent{0, 0});
    for_each_row(context, rows, [&](std::size_t at) {
        if (!long_enough(at))
            return;
        for (const auto& entry : rows.row(at))
            if (place[entry.column] != kNoColumn)
                ++result.extents[place[entry.column]].end;
    });
    result.entries = Buffer<Entry<Weight>>(context.budget, open_rows(result.extents.view()));
    for_each_row(context, rows, [&](std::size_t at) {
        if (!long_enough(at))
            return;
        for (const auto& entry : rows.row(at))
            if (place[entry.column] != kNoColumn)
                result.entries[result.extents[place[entry.column]].end++] =
                    Entry<Weight>{static_cast<std::uint32_t>(at), entry.weight};
    });
    return result;
}

template void merge_duplicates(BuildContext&, SparseRows<std::uint32_t>&, std::size_t);
template void merge_duplicates(BuildContext&, SparseRows<double>&, std::size_t);
template ColumnSums sum_columns(BuildContext&, const SparseRows<std::uint32_t>&, std::size_t);
template ColumnSums sum_columns(BuildContext&, const SparseRows<double>&, std::size_t);
template void renumber_columns(BuildContext&, SparseRows<std::uint32_t>&, std::span<const std::uint32_t>);
template void renumber_columns(BuildContext&, SparseRows<double>&, std::span<const std::uint32_t>);
template SparseRows<std::uint32_t> transposed(BuildContext&, const SparseRows<std::uint32_t>&,
                                              std::span<const std::uint32_t>, std::size_t, std::size_t);
template SparseRows<double> transposed(BuildContext&, const SparseRows<double>&, std::span<const std::uint32_t>,
                                       std::size_t, std::size_t);

}  // namespace shopsmart::core
