// The first scan: who and what there is, how often, popularity; and, while they fit, the records themselves.
//
// Users and products get numbers in order of first appearance; afterwards ranks in ascending order of their ids. Sums of
// doubles run over users in the order of ranks, so nothing depends on the order of the events. When the budget runs
// out, first the lines of baskets, then the interactions are given up; counting goes on, and later steps scan again.
#pragma once

#include <cstdint>

#include "core/build_context.hpp"
#include "core/chunked_log.hpp"
#include "core/exact_sum.hpp"
#include "core/id_index.hpp"
#include "core/weight_classes.hpp"

namespace shopsmart::core {

// One event of positive weight in the look-back, in 8 bytes.
struct Interaction {
    static constexpr unsigned kProductBits = 26;
    static constexpr unsigned kClassBits = 8;
    static constexpr std::uint32_t kMostProducts = 1U << kProductBits;
    static constexpr std::uint32_t kMostUsers = 1U << (64 - kProductBits - kClassBits);

    Interaction(std::uint32_t user, std::uint32_t product, std::uint8_t weight_class)
        : bits(std::uint64_t{user} << (kProductBits + kClassBits) | std::uint64_t{product} << kClassBits |
               weight_class) {}
    std::uint32_t user() const { return static_cast<std::uint32_t>(bits >> (kProductBits + kClassBits)); }
    std::uint32_t product() const { return static_cast<std::uint32_t>(bits >> kClassBits) & (kMostProducts - 1); }
    std::uint8_t weight_class() const { return static_cast<std::uint8_t>(bits); }

    std::uint64_t bits;
};

// One event of a type that belongs in baskets, in the look-back.
struct BasketLine {
    std::uint64_t session;
    std::int64_t time_us;
    std::uint32_t user;
    std::uint32_t product;
};

struct ProductTally {
    ExactSum popularity;
    std::uint32_t interactions;
    std::uint32_t basket_lines;
};

struct UserTally {
    std::uint32_t interactions;
    std::uint32_t basket_lines;
};

class EventCensus {
public:
    explicit EventCensus(BuildContext& context);
    ~EventCensus();
    EventCensus(const EventCensus&) = delete;
    EventCensus& operator=(const EventCensus&) = delete;

    // Scans the source once and hands over what counts: an Interaction with its user and product numbers, or a line.
    // Both lists of users and products must be complete, that is: after the census was taken.
    template <class TakeInteraction>
    void rescan_interactions(const TakeInteraction& take);
    template <class TakeLine>
    void rescan_basket_lines(const TakeLine& take);

    std::uint32_t users() const noexcept { return users_.size(); }
    std::uint32_t products() const noexcept { return products_.size(); }
    std::int64_t product_id(std::uint32_t rank) const { return products_.id(product_by_rank_[rank]); }
    std::uint32_t product_by_rank(std::uint32_t rank) const { return product_by_rank_[rank]; }
    std::uint32_t user_rank(std::uint32_t user) const { return user_rank_[user]; }
    const ProductTally& tally(std::uint32_t product) const { return product_tallies_[product]; }
    const UserTally& user_tally(std::uint32_t user) const { return user_tallies_[user]; }
    const WeightClasses& classes() const noexcept { return classes_; }
    const WeightGrid& grid() const noexcept { return grid_; }
    std::uint64_t interactions() const noexcept { return interactions_; }
    std::uint64_t basket_lines() const noexcept { return basket_lines_; }

    // The records themselves, unless given up.
    ChunkedLog<Interaction>& interaction_log() noexcept { return interaction_log_; }
    ChunkedLog<BasketLine>& basket_log() noexcept { return basket_log_; }

private:
    void take(const Event& event);
    [[gnu::always_inline]] void prefetch(const Event& near, const Event& far) const;
    template <class Take>
    void scan(const Take& take);
    std::uint32_t known_user(std::int64_t id);
    std::uint32_t known_product(std::int64_t id);
    bool in_lookback(const Event& event) const { return event.time_us > context_.options.lookback_start_us; }
    void rank_ids();

    BuildContext& context_;
    WeightClasses classes_;
    WeightGrid grid_;
    std::vector<ExactSum> popularity_of_type_;
    IdIndex users_;
    IdIndex products_;
    Buffer<UserTally> user_tallies_;
    Buffer<ProductTally> product_tallies_;
    Buffer<std::uint32_t> product_by_rank_;
    Buffer<std::uint32_t> user_rank_;
    std::uint64_t interactions_ = 0;
    ExactSum interaction_weight_ = 0;
    std::uint64_t basket_lines_ = 0;
    ChunkedLog<Interaction> interaction_log_;
    ChunkedLog<BasketLine> basket_log_;
};

// Users come in random order: the index is read for far events ahead of time, and for near ones the tallies.
inline void EventCensus::prefetch(const Event& near, const Event& far) const {
    users_.prefetch(far.user_id);
    products_.prefetch(far.product_id);
    if (const auto user = users_.glimpse(near.user_id); user < user_tallies_.size())
        __builtin_prefetch(user_tallies_.begin() + user, 1);
    if (const auto product = products_.glimpse(near.product_id); product < product_tallies_.size())
        __builtin_prefetch(product_tallies_.begin() + product, 1);
}

template <class Take>
void EventCensus::scan(const Take& take) {
    constexpr std::size_t kEventsPerTick = 4096;
    constexpr std::size_t kNearAhead = 8;
    constexpr std::size_t kFarAhead = 16;
    const PhaseClock::Section section(context_.clock, context_.report.scan_seconds);
    const auto& options = context_.options;
    std::size_t since_tick = 0;
    context_.source.scan([&](std::span<const Event> batch) {
        while (!batch.empty()) {
            const auto part = batch.first(std::min(batch.size(), kEventsPerTick - since_tick));
            for (std::size_t at = 0; at < part.size(); ++at) {
                const Event& event = part[at];
                if (at + kFarAhead < part.size())
                    prefetch(part[at + kNearAhead], part[at + kFarAhead]);
                if (event.type >= options.event_types.size())
                    throw InvalidInput("an event has a type that was not declared");
                if (event.time_us <= options.as_of_us)
                    take(event);
            }
            batch = batch.subspan(part.size());
            since_tick += part.size();
            if (since_tick == kEventsPerTick) {
                since_tick = 0;
                context_.tick();
            }
        }
    });
}

template <class TakeInteraction>
void EventCensus::rescan_interactions(const TakeInteraction& take) {
    scan([&](const Event& event) {
        const std::uint8_t weight_class = classes_.class_of_type[event.type];
        if (weight_class != WeightClasses::kNone && in_lookback(event))
            take(Interaction(known_user(event.user_id), known_product(event.product_id), weight_class));
    });
}

template <class TakeLine>
void EventCensus::rescan_basket_lines(const TakeLine& take) {
    scan([&](const Event& event) {
        if (context_.options.event_types[event.type].in_basket && in_lookback(event))
            take(BasketLine{event.session, event.time_us, known_user(event.user_id), known_product(event.product_id)});
    });
}

}  // namespace shopsmart::core
