#include "core/trending.hpp"

#include <algorithm>

#include "core/errors.hpp"
#include "core/weight_classes.hpp"

namespace shopsmart::core {

// Who is above whom. Categories that are not in the tree are nobody's ancestors and have no list.
class CategoryTree {
public:
    explicit CategoryTree(std::span<const CategoryNode> nodes) : visited_(nodes.size()) {
        for (const auto& node : nodes)
            if (node.category_id != kWholeShop && place_.emplace(node.category_id, ids_.size()).second)
                ids_.push_back(node.category_id);
        parents_.assign(ids_.size(), kNone);
        for (const auto& node : nodes)
            if (const auto parent = place_.find(node.parent_id); parent != place_.end() && place_.contains(node.category_id))
                parents_[place_.at(node.category_id)] = parent->second;
    }

    // Calls visit with a category and all its ancestors, each once.
    template <class Visit>
    void ascend(std::int64_t category_id, const Visit& visit) const {
        const auto found = place_.find(category_id);
        if (found == place_.end())
            return;
        ++walk_;
        for (std::size_t at = found->second; at != kNone && visited_[at] != walk_; at = parents_[at]) {
            visited_[at] = walk_;
            visit(ids_[at]);
        }
    }

private:
    static constexpr std::size_t kNone = SIZE_MAX;

    std::unordered_map<std::int64_t, std::size_t> place_;
    std::vector<std::int64_t> ids_;
    std::vector<std::size_t> parents_;
    mutable std::vector<std::uint64_t> visited_;  // number of the last walk that came by
    mutable std::uint64_t walk_ = 0;
};

namespace {

double largest_weight(std::span<const EventType> types) {
    double largest = 0;
    for (const auto& type : types)
        largest = std::max(largest, type.weight);
    return largest;
}

// Age of an event at as_of, or -1 when it lies after as_of. Ages past the end of the number range are cut there.
std::int64_t age_of(std::int64_t time_us, std::int64_t as_of_us) {
    if (time_us > as_of_us)
        return -1;
    const std::uint64_t age = static_cast<std::uint64_t>(as_of_us) - static_cast<std::uint64_t>(time_us);
    return static_cast<std::int64_t>(std::min<std::uint64_t>(age, INT64_MAX));
}

}  // namespace

TrendingScores::TrendingScores(TrendingOptions options)
    : options_(std::move(options)), grid_(largest_weight(options_.event_types)) {
    check_weights(options_.event_types);
    for (const auto& window : options_.windows) {
        if (window.span_us <= 0 || window.half_life_us <= 0)
            throw InvalidInput("a trending window and its half-life must be positive");
        half_lives_.emplace_back(window.half_life_us);
        longest_span_us_ = std::max(longest_span_us_, window.span_us);
    }
}

void TrendingScores::add(std::span<const Event> events) {
    for (const auto& event : events)
        count(event);
}

void TrendingScores::count(const Event& event) {
    if (event.type >= options_.event_types.size())
        throw InvalidInput("an event has a type that was not declared");
    const std::int64_t age = age_of(event.time_us, options_.as_of_us);
    if (age < 0 || age >= longest_span_us_)
        return;
    ++events_counted_;
    const double weight = options_.event_types[event.type].weight;
    if (weight == 0)
        return;
    const std::size_t windows = options_.windows.size();
    const auto [found, added] = place_of_product_.emplace(event.product_id, place_of_product_.size());
    if (added)
        sums_.resize(sums_.size() + windows, 0);
    weight_ += grid_.units(weight);
    for (std::size_t window = 0; window < windows; ++window) {
        const std::int64_t span = options_.windows[window].span_us;
        if (age < span) {
            sums_[found->second * windows + window] += grid_.units(weight * half_lives_[window].decay(age));
            unchanged_us_ = std::min(unchanged_us_, span - age);
        }
    }
}

std::vector<RankedList> TrendingScores::lists(std::span<const ProductCategory> products,
                                              std::span<const CategoryNode> nodes) const {
    const CategoryTree tree(nodes);
    std::vector<RankedList> all;
    for (std::size_t window = 0; window < options_.windows.size(); ++window) {
        auto lists = lists_of_window(window, products, tree);
        std::move(lists.begin(), lists.end(), std::back_inserter(all));
    }
    return all;
}

std::vector<RankedList> TrendingScores::lists_of_window(std::size_t window, std::span<const ProductCategory> products,
                                                        const CategoryTree& tree) const {
    struct Line {
        std::int64_t category_id;
        double score;
        std::int64_t product_id;
    };
    std::vector<Line> lines;
    const auto score_of = [&](std::size_t place) { return grid_.value(sums_[place * options_.windows.size() + window]); };
    for (const auto& [product_id, place] : place_of_product_)
        if (score_of(place) > 0)
            lines.push_back(Line{kWholeShop, score_of(place), product_id});
    for (const auto& product : products) {
        const auto found = place_of_product_.find(product.product_id);
        if (found == place_of_product_.end() || !(score_of(found->second) > 0))
            continue;
        tree.ascend(product.category_id, [&](std::int64_t category_id) {
            lines.push_back(Line{category_id, score_of(found->second), product.product_id});
        });
    }
    std::sort(lines.begin(), lines.end(), [](const Line& a, const Line& b) {
        if (a.category_id != b.category_id)
            return a.category_id < b.category_id;
        return a.score > b.score || (a.score == b.score && a.product_id < b.product_id);
    });

    std::vector<RankedList> lists;
    for (const auto& line : lines) {
        if (lists.empty() || lists.back().category_id != line.category_id)
            lists.push_back(RankedList{window, line.category_id, {}, {}});
        lists.back().product_ids.push_back(line.product_id);
        lists.back().scores.push_back(line.score);
    }
    return lists;
}

}  // namespace shopsmart::core
