// The matrix of basket affinity: one row a basket, 1 for each product in it.
//
// Where a basket begins depends on all lines of its user, so lines are always brought together user by user, even when
// only some products are wanted. Users are taken in ranges whose lines fit the budget: from the lines kept of the first
// scan, or by a scan of the source for each range. Rows are numbered by user, session and time, so that a basket has
// the same number whatever the ranges and blocks.
#pragma once

#include "core/neighbor_model.hpp"

namespace shopsmart::core {

class BasketRows final : public MatrixSource<std::uint32_t> {
public:
    BasketRows(BuildContext& context, EventCensus& census);

    SparseRows<std::uint32_t> rows(const ColumnSet& set) override;
    std::size_t row_count() const override { return census_.basket_lines(); }
    std::uint32_t entries_of(std::uint32_t product) const override { return census_.tally(product).basket_lines; }
    std::size_t working_bytes(std::uint64_t entries, std::size_t columns) const override;
    std::size_t result_bytes(std::uint64_t entries) const override;
    std::size_t kept_bytes() const override { return census_.basket_log().bytes(); }
    void drop_kept() override { census_.basket_log().give_up(); }

private:
    // Consecutive users, by rank.
    struct Range {
        std::uint32_t first;
        std::uint32_t last;  // one past
        std::uint64_t lines;
    };

    Range next_range(std::uint32_t first, std::span<const Extent> lines_of_user, std::size_t bytes) const;
    Buffer<BasketLine> lines_of(const Range& range, std::span<Extent> lines_of_user);
    void append_baskets(const Range& range, std::span<const Extent> lines_of_user, std::span<const BasketLine> lines,
                        const ColumnSet& set, std::span<std::uint32_t> last_basket, SparseRows<std::uint32_t>& rows);

    BuildContext& context_;
    EventCensus& census_;
    std::uint32_t most_lines_ = 0;  // of one user
    std::uint32_t baskets_ = 0;     // so far, in the current call of rows()
    std::uint32_t filled_ = 0;      // entries so far
};

}  // namespace shopsmart::core
