// The matrix of similarity: one row a user, w(u,i) for each product of the user.
#pragma once

#include "core/neighbor_model.hpp"

namespace shopsmart::core {

// Whether w(u,i) of every pair fits a whole number of 32 bits.
bool weights_fit_integers(const EventCensus& census);

template <class Weight>
class InteractionRows final : public MatrixSource<Weight> {
public:
    InteractionRows(BuildContext& context, EventCensus& census) : context_(context), census_(census) {}

    SparseRows<Weight> rows(const ColumnSet& set) override;
    std::size_t row_count() const override { return census_.users(); }
    std::uint32_t entries_of(std::uint32_t product) const override { return census_.tally(product).interactions; }
    std::size_t working_bytes(std::uint64_t entries, std::size_t columns) const override;
    std::size_t result_bytes(std::uint64_t entries) const override;
    std::size_t kept_bytes() const override { return census_.interaction_log().bytes(); }
    void drop_kept() override { census_.interaction_log().give_up(); }

private:
    SparseRows<Weight> grouped(const ChunkedLog<Interaction>& log, std::uint64_t records, const ColumnSet& set);

    BuildContext& context_;
    EventCensus& census_;
};

}  // namespace shopsmart::core
