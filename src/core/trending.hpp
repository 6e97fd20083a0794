// Time-decayed trending scores of several windows, in one pass over the events.
#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/exact_sum.hpp"
#include "core/half_life.hpp"
#include "core/model_build.hpp"

namespace shopsmart::core {

struct TrendingWindow {
    std::int64_t span_us;       // events with as_of - span < time <= as_of count
    std::int64_t half_life_us;  // the weight of an event halves each such time
};

struct TrendingOptions {
    std::vector<EventType> event_types;
    std::vector<TrendingWindow> windows;
    std::int64_t as_of_us;
};

// category_id of the list for the whole shop.
inline constexpr std::int64_t kWholeShop = INT64_MIN;

struct CategoryNode {
    std::int64_t category_id;
    std::int64_t parent_id;   // kWholeShop when it has none
};

struct ProductCategory {
    std::int64_t product_id;
    std::int64_t category_id;  // kWholeShop when it has none
};

struct RankedList {
    std::size_t window;        // index into TrendingOptions::windows
    std::int64_t category_id;  // kWholeShop, or a category: its products and those of its descendants
    std::vector<std::int64_t> product_ids;  // score descending, then product id ascending; only positive scores
    std::vector<double> scores;
};

class CategoryTree;

// score(i, window) = sum over the events of i in the window of weight * 2^(-age / half_life).
// Sums are exact integers inside, so that the order of the events does not matter.
class TrendingScores {
public:
    explicit TrendingScores(TrendingOptions options);
    void add(std::span<const Event> events);
    // Lists by window, then category id ascending (the whole shop first). Cycles in the tree end where they began.
    // A product whose id is not in products counts for the whole shop only.
    std::vector<RankedList> lists(std::span<const ProductCategory> products, std::span<const CategoryNode> tree) const;
    std::uint64_t events_counted() const noexcept { return events_counted_; }
    // Of all events that counted.
    double weight() const { return grid_.value(weight_); }
    // How long after as_of the first event of positive weight leaves a window; INT64_MAX without one. Until then the lists stay as
    // they are: all scores of a window decay alike.
    std::int64_t unchanged_us() const noexcept { return unchanged_us_; }

private:
    void count(const Event& event);
    std::vector<RankedList> lists_of_window(std::size_t window, std::span<const ProductCategory> products,
                                            const CategoryTree& tree) const;

    TrendingOptions options_;
    WeightGrid grid_;
    std::vector<HalfLife> half_lives_;  // by window
    std::int64_t longest_span_us_ = 0;
    std::unordered_map<std::int64_t, std::size_t> place_of_product_;
    std::vector<ExactSum> sums_;        // windows.size() for each place
    std::uint64_t events_counted_ = 0;
    ExactSum weight_ = 0;
    std::int64_t unchanged_us_ = INT64_MAX;
};

}  // namespace shopsmart::core
