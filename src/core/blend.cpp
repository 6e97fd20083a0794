#include "core/blend.hpp"

#include <algorithm>
#include <cmath>

namespace shopsmart::core {

namespace {

struct Pair {
    std::int64_t neighbor_id;
    double score;
    std::int32_t co_count;
};

// All lists of one part, in ascending product id.
class PartLists final : public ModelSink {
public:
    // Takes memory for as many lists as there can be, before the part takes the rest.
    PartLists(BuildContext& context, const EventCensus& census)
        : lists_(context.budget, products_with_pairs(context, census)),
          pairs_(context.budget, checked_bytes(lists_.size(), std::min<std::size_t>(context.kept_neighbors, lists_.size()))) {}

    void neighbors(Model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids, std::span<const double> scores,
                   std::span<const std::int32_t> co_counts) override {
        for (std::size_t at = 0; at < neighbor_ids.size(); ++at) {
            pairs_[pair_count_++] = Pair{neighbor_ids[at], scores[at], co_counts[at]};
            total_ += std::abs(scores[at]);
        }
        lists_[list_count_++] = List{product_id, pair_count_};
    }
    void popularity(std::span<const std::int64_t>, std::span<const double>) override {}

    // Gives back what turned out not to be needed.
    void shrink() {
        lists_ = lists_.resized(list_count_);
        pairs_ = pairs_.resized(pair_count_);
    }

    std::size_t size() const noexcept { return list_count_; }
    std::int64_t product_id(std::size_t list) const { return lists_[list].product_id; }
    std::span<const Pair> pairs(std::size_t list) const {
        return {pairs_.begin() + (list == 0 ? 0 : lists_[list - 1].end), pairs_.begin() + lists_[list].end};
    }
    // What the scores of a list add up to, whatever their signs, on average.
    double mean_total() const { return list_count_ == 0 ? 1 : total_ / static_cast<double>(list_count_); }

private:
    struct List {
        std::int64_t product_id;
        std::size_t end;
    };

    static std::size_t products_with_pairs(const BuildContext& context, const EventCensus& census) {
        std::size_t products = 0;
        for (std::uint32_t product = 0; product < census.products(); ++product)
            products += census.tally(product).interactions >= context.min_co_count();
        return products;
    }

    Buffer<List> lists_;
    Buffer<Pair> pairs_;
    std::size_t list_count_ = 0;
    std::size_t pair_count_ = 0;
    double total_ = 0;
};

PartLists build_part(BuildContext& context, EventCensus& census, const Similarity& similarity,
                     NeighborCounts (*build_lists)(BuildContext&, EventCensus&), std::uint32_t& blocks) {
    context.similarity = similarity;
    PartLists lists(context, census);
    context.neighbor_sink = &lists;
    blocks = std::max(blocks, build_lists(context, census).blocks);
    context.neighbor_sink = &context.sink;
    lists.shrink();
    return lists;
}

// The lists of a product in both parts, either of which may be empty, as one. The result lies in room.
std::span<const Pair> merged(std::span<const Pair> first, double first_factor, std::span<const Pair> second, double second_factor,
                             std::span<Pair> room) {
    std::size_t size = 0;
    for (const Pair& pair : first)
        room[size++] = Pair{pair.neighbor_id, pair.score * first_factor, pair.co_count};
    for (const Pair& pair : second)
        room[size++] = Pair{pair.neighbor_id, pair.score * second_factor, pair.co_count};
    const auto all = room.first(size);
    std::ranges::stable_sort(all, {}, &Pair::neighbor_id);
    std::size_t distinct = 0;
    for (const Pair& pair : all) {
        if (distinct > 0 && all[distinct - 1].neighbor_id == pair.neighbor_id)
            all[distinct - 1].score += pair.score;
        else
            all[distinct++] = pair;
    }
    const auto best_first = all.first(distinct);
    std::ranges::sort(best_first, [](const Pair& a, const Pair& b) {
        return std::abs(a.score) > std::abs(b.score) || (std::abs(a.score) == std::abs(b.score) && a.neighbor_id < b.neighbor_id);
    });
    return best_first;
}

}  // namespace

NeighborCounts build_blend(BuildContext& context, EventCensus& census, NeighborCounts (*build_lists)(BuildContext&, EventCensus&)) {
    constexpr std::size_t kListsPerTick = 64;
    NeighborCounts counts;
    const Blend& blend = context.options.blend;
    const PartLists first = build_part(context, census, context.options.similarity, build_lists, counts.blocks);
    const PartLists second = build_part(context, census, blend.other, build_lists, counts.blocks);
    const double first_factor = (1 - blend.share) / first.mean_total();
    const double second_factor = blend.share / second.mean_total();

    const std::size_t kept = context.kept_neighbors;
    Buffer<Pair> room(context.budget, 2 * kept);
    Buffer<std::int64_t> ids(context.budget, kept);
    Buffer<double> scores(context.budget, kept);
    Buffer<std::int32_t> co_counts(context.budget, kept);
    for (std::size_t at_first = 0, at_second = 0; at_first < first.size() || at_second < second.size();) {
        const bool in_first = at_first < first.size() && (at_second == second.size() || first.product_id(at_first) <= second.product_id(at_second));
        const bool in_second = at_second < second.size() && (at_first == first.size() || second.product_id(at_second) <= first.product_id(at_first));
        const std::int64_t product_id = in_first ? first.product_id(at_first) : second.product_id(at_second);
        const std::span<const Pair> nothing;
        const auto list = merged(in_first ? first.pairs(at_first++) : nothing, first_factor, in_second ? second.pairs(at_second++) : nothing, second_factor, room.view());
        const std::size_t size = std::min(kept, list.size());
        for (std::size_t at = 0; at < size; ++at) {
            ids[at] = list[at].neighbor_id;
            scores[at] = list[at].score;
            co_counts[at] = list[at].co_count;
        }
        context.sink.neighbors(Model::similarity, product_id, ids.view().first(size), scores.view().first(size), co_counts.view().first(size));
        counts.pairs += size;
        if ((at_first + at_second) % kListsPerTick == 0)
            context.tick();
    }
    return counts;
}

}  // namespace shopsmart::core
