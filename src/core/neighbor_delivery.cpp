#include "core/neighbor_delivery.hpp"

#include <algorithm>
#include <numeric>

namespace shopsmart::core {

namespace {

constexpr std::size_t kListsPerTick = 64;
constexpr std::size_t kListsPerTask = 256;

}  // namespace

std::size_t delivery_bytes(std::size_t lists, std::size_t kept) {
    return lists * sizeof(std::uint32_t) + kept * (sizeof(std::int64_t) + sizeof(double) + sizeof(std::int32_t));
}

std::uint64_t deliver(BuildContext& context, const EventCensus& census, Model model,
                      std::span<const std::uint32_t> ranks, NeighborLists& lists) {
    Buffer<std::uint32_t> order(context.budget, ranks.size());
    std::iota(order.begin(), order.end(), 0U);
    std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return ranks[a] < ranks[b]; });
    context.run((order.size() + kListsPerTask - 1) / kListsPerTask,
                [&](std::size_t task, unsigned, const CancelToken& cancel) {
                    cancel.check();
                    const std::size_t last = std::min(order.size(), (task + 1) * kListsPerTask);
                    for (std::size_t at = task * kListsPerTask; at < last; ++at)
                        lists.finish(order[at]);
                });

    const PhaseClock::Section section(context.clock, context.report.write_seconds);
    Buffer<std::int64_t> ids(context.budget, lists.kept());
    Buffer<double> scores(context.budget, lists.kept());
    Buffer<std::int32_t> co_counts(context.budget, lists.kept());
    std::uint64_t pairs = 0;
    for (std::size_t at = 0; at < order.size(); ++at) {
        const auto list = lists.best(order[at]);
        if (at % kListsPerTick == 0)
            context.tick();
        if (list.empty())
            continue;
        for (std::size_t place = 0; place < list.size(); ++place) {
            ids[place] = census.product_id(list[place].product);
            scores[place] = list[place].score;
            co_counts[place] = static_cast<std::int32_t>(list[place].co_count);
        }
        context.neighbor_sink->neighbors(model, census.product_id(ranks[order[at]]), ids.view().first(list.size()),
                               scores.view().first(list.size()), co_counts.view().first(list.size()));
        pairs += list.size();
    }
    return pairs;
}

}  // namespace shopsmart::core
