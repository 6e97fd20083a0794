#include "core/interaction_matrix.hpp"

#include <algorithm>

#include "core/interaction_rows.hpp"

namespace shopsmart::core {

namespace {

ColumnSet all_products(BuildContext& context, const EventCensus& census) {
    ColumnSet set{Buffer<std::uint32_t>(context.budget, census.products()),
                  Buffer<std::uint32_t>(context.budget, census.products())};
    for (std::uint32_t rank = 0; rank < census.products(); ++rank) {
        set.column_of_product[census.product_by_rank(rank)] = rank;
        set.ranks[rank] = rank;
    }
    return set;
}

}  // namespace

InteractionMatrix load_interactions(BuildContext& context, EventCensus& census) {
    InteractionMatrix matrix;
    Buffer<std::uint32_t> new_column;
    {
        const ColumnSet set = all_products(context, census);
        matrix.users = InteractionRows<double>(context, census).rows(set);
        const ColumnSums sums = sum_columns(context, matrix.users, set.columns());
        Buffer<std::uint32_t> by_users(context.budget, set.columns());
        std::uint32_t columns = 0;
        for (std::uint32_t column = 0; column < set.columns(); ++column)
            if (sums.counts[column] >= context.min_co_count())
                by_users[columns++] = column;
        std::sort(by_users.begin(), by_users.begin() + columns, [&](std::uint32_t a, std::uint32_t b) {
            return sums.counts[a] > sums.counts[b] || (sums.counts[a] == sums.counts[b] && a < b);
        });
        matrix.ranks = Buffer<std::uint32_t>(context.budget, columns);
        new_column = Buffer<std::uint32_t>(context.budget, set.columns(), kNoColumn);
        for (std::uint32_t column = 0; column < columns; ++column) {
            matrix.ranks[column] = set.ranks[by_users[column]];
            new_column[by_users[column]] = column;
        }
    }
    renumber_columns(context, matrix.users, new_column.view());
    Buffer<std::uint32_t> same(context.budget, matrix.columns());
    for (std::uint32_t column = 0; column < matrix.columns(); ++column)
        same[column] = column;
    matrix.products = transposed(context, matrix.users, same.view(), matrix.columns(), 1);
    return matrix;
}

}  // namespace shopsmart::core
