#include "core/interaction_rows.hpp"

#include <algorithm>

namespace shopsmart::core {

bool weights_fit_integers(const EventCensus& census) {
    const auto& classes = census.classes();
    if (!classes.whole)
        return false;
    std::uint32_t most = 0;
    for (std::uint32_t user = 0; user < census.users(); ++user)
        most = std::max(most, census.user_tally(user).interactions);
    return classes.weights.empty() || static_cast<double>(most) * classes.weights.back() < 0x1p32;
}

template <class Weight>
SparseRows<Weight> InteractionRows<Weight>::rows(const ColumnSet& set) {
    auto& kept = census_.interaction_log();
    if (!kept.given_up()) {
        auto rows = grouped(kept, census_.interactions(), set);
        kept.give_up();
        merge_duplicates(context_, rows, set.columns());
        return rows;
    }
    ChunkedLog<Interaction> log(context_.budget);
    std::uint64_t records = 0;
    census_.rescan_interactions([&](const Interaction& record) {
        if (set.column_of_product[record.product()] == kNoColumn)
            return;
        log.add(record);
        ++records;
    });
    auto rows = grouped(log, records, set);
    log.clear();
    merge_duplicates(context_, rows, set.columns());
    return rows;
}

template <class Weight>
SparseRows<Weight> InteractionRows<Weight>::grouped(const ChunkedLog<Interaction>& log, std::uint64_t records,
                                                    const ColumnSet& set) {
    SparseRows<Weight> rows(context_.budget, census_.users(), records);
    const auto for_each_record = [&](const auto& work) {
        context_.run_alone(records, [&](const CancelToken& cancel) {
            for (std::size_t at = 0; at < log.chunks(); ++at) {
                cancel.check();
                for (const auto& record : log.chunk(at))
                    work(record);
            }
        });
    };
    for_each_record([&](const Interaction& record) { ++rows.extents[census_.user_rank(record.user())].end; });
    open_rows(rows.extents.view());
    const auto& weights = census_.classes().weights;
    for_each_record([&](const Interaction& record) {
        rows.entries[rows.extents[census_.user_rank(record.user())].end++] =
            Entry<Weight>{set.column_of_product[record.product()], static_cast<Weight>(weights[record.weight_class()])};
    });
    return rows;
}

template <class Weight>
std::size_t InteractionRows<Weight>::working_bytes(std::uint64_t entries, std::size_t columns) const {
    const std::size_t log = census_.interaction_log().given_up() ? ChunkedLog<Interaction>::bytes_for(entries) : 0;
    return log + result_bytes(entries) + context_.team.size() * columns * sizeof(Weight);
}

template <class Weight>
std::size_t InteractionRows<Weight>::result_bytes(std::uint64_t entries) const {
    return SparseRows<Weight>::bytes_for(census_.users(), entries);
}

template class InteractionRows<std::uint32_t>;
template class InteractionRows<double>;

}  // namespace shopsmart::core
