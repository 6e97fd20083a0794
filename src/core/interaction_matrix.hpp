// All interactions of the look-back at once, for models that are more than a sum over pairs of products.
#pragma once

#include "core/event_census.hpp"
#include "core/sparse_matrix.hpp"

namespace shopsmart::core {

// X: a row a user, a column a product with at least min_co_count users, most users first (ties: smallest id).
struct InteractionMatrix {
    Buffer<std::uint32_t> ranks;  // by column: rank of the product among all, in ascending id
    SparseRows<double> users;     // of each user, by rank: columns and w(u,i), in no order
    SparseRows<double> products;  // of each column: its users, ascending, and w(u,i)
    std::size_t columns() const noexcept { return ranks.size(); }

    // take(column) for each product of each user of a product, the product itself among them.
    template <class Take>
    void for_each_pair(std::uint32_t product, const CancelToken& cancel, const Take& take) const {
        constexpr std::size_t kTakesPerCheck = 1 << 16;
        std::size_t takes = 0;
        for (const auto& user : products.row(product)) {
            const auto row = users.row(user.column);
            for (const auto& entry : row)
                take(entry.column);
            takes += row.size();
            if (takes >= kTakesPerCheck) {
                cancel.check();
                takes = 0;
            }
        }
    }
};

// work(column, worker, cancel) for each column, on the team, as progress beyond done_before.
template <class Work>
void for_each_column(BuildContext& context, std::size_t columns, std::uint64_t done_before, const Work& work) {
    constexpr std::size_t kColumnsPerTask = 16;
    context.team.run(
        (columns + kColumnsPerTask - 1) / kColumnsPerTask,
        [&](std::size_t task, unsigned worker, const CancelToken& cancel) {
            const std::size_t last = std::min(columns, (task + 1) * kColumnsPerTask);
            for (std::size_t column = task * kColumnsPerTask; column < last; ++column) {
                cancel.check();
                work(static_cast<std::uint32_t>(column), worker, cancel);
            }
        },
        [&](std::size_t tasks) {
            context.done = done_before + std::min(columns, tasks * kColumnsPerTask);
            context.tick();
        });
}

// Uses up the interactions that were kept of the first scan.
InteractionMatrix load_interactions(BuildContext& context, EventCensus& census);

}  // namespace shopsmart::core
