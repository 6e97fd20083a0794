#include "core/event_census.hpp"

#include <algorithm>

namespace shopsmart::core {

namespace {

double largest_weight(std::span<const EventType> types) {
    double largest = 0;
    for (const auto& type : types)
        largest = std::max(largest, type.weight);
    return largest;
}

// The tally of that number, which may be the first of its kind.
template <class Tally>
Tally& tally_at(MemoryBudget& budget, Buffer<Tally>& tallies, std::uint32_t number) {
    if (number >= tallies.size()) {
        const std::size_t before = tallies.size();
        tallies = before == 0 ? Buffer<Tally>(budget, 1024) : tallies.resized(2 * before);
        std::fill(tallies.begin() + before, tallies.end(), Tally{});
    }
    return tallies[number];
}

void count(std::uint32_t& counter) {
    if (++counter == 0)
        throw LimitExceeded("more than 4294967295 events of one user or product");
}

}  // namespace

EventCensus::EventCensus(BuildContext& context)
    : context_(context),
      classes_(context.options.event_types),
      grid_(largest_weight(context.options.event_types)),
      users_(context.budget),
      products_(context.budget),
      interaction_log_(context.budget),
      basket_log_(context.budget) {
    for (const auto& type : context.options.event_types)
        popularity_of_type_.push_back(grid_.units(type.weight));

    context.budget.when_full([this] {
        if (!basket_log_.given_up())
            basket_log_.give_up();
        else if (!interaction_log_.given_up())
            interaction_log_.give_up();
        else
            return false;
        return true;
    });
    scan([this](const Event& event) { take(event); });
    context_.report.interaction_weight = grid_.value(interaction_weight_);
    rank_ids();
    // From here on the interactions are in use; the lines of baskets still wait for their turn.
    context.budget.when_full([this] {
        const bool kept = !basket_log_.given_up();
        basket_log_.give_up();
        return kept;
    });
}

EventCensus::~EventCensus() {
    context_.budget.when_full(nullptr);
}

void EventCensus::take(const Event& event) {
    ++context_.report.events_read;
    context_.done = context_.report.events_read;
    const bool recent = in_lookback(event);
    const std::uint8_t weight_class = classes_.class_of_type[event.type];
    const bool interacts = recent && weight_class != WeightClasses::kNone;
    const bool in_basket = recent && context_.options.event_types[event.type].in_basket;
    if (!interacts && !in_basket && popularity_of_type_[event.type] == 0)
        return;

    const std::uint32_t product = products_.number(event.product_id);
    if (product >= Interaction::kMostProducts)
        throw LimitExceeded("more than 67108864 products");
    auto& product_tally = tally_at(context_.budget, product_tallies_, product);
    product_tally.popularity += popularity_of_type_[event.type];
    if (!interacts && !in_basket)
        return;

    const std::uint32_t user = users_.number(event.user_id);
    if (user >= Interaction::kMostUsers)
        throw LimitExceeded("more than 1073741824 users");
    auto& user_tally = tally_at(context_.budget, user_tallies_, user);
    if (interacts) {
        ++interactions_;
        interaction_weight_ += popularity_of_type_[event.type];
        count(product_tally.interactions);
        count(user_tally.interactions);
        interaction_log_.add(Interaction(user, product, weight_class));
    }
    if (in_basket) {
        ++basket_lines_;
        count(product_tally.basket_lines);
        count(user_tally.basket_lines);
        basket_log_.add(BasketLine{event.session, event.time_us, user, product});
    }
}

void EventCensus::rank_ids() {
    product_by_rank_ = products_.ascending();
    const auto user_by_rank = users_.ascending();
    user_rank_ = Buffer<std::uint32_t>(context_.budget, users_.size());
    for (std::uint32_t rank = 0; rank < users_.size(); ++rank)
        user_rank_[user_by_rank[rank]] = rank;
    for (std::uint32_t user = 0; user < users_.size(); ++user)
        context_.report.users += user_tallies_[user].interactions != 0;
    for (std::uint32_t product = 0; product < products_.size(); ++product)
        context_.report.products += product_tallies_[product].interactions != 0;
}

std::uint32_t EventCensus::known_user(std::int64_t id) {
    const std::uint32_t known = users_.size();
    const std::uint32_t number = users_.number(id);
    if (number >= known)
        throw InvalidInput("the events changed between two scans");
    return number;
}

std::uint32_t EventCensus::known_product(std::int64_t id) {
    const std::uint32_t known = products_.size();
    const std::uint32_t number = products_.number(id);
    if (number >= known)
        throw InvalidInput("the events changed between two scans");
    return number;
}

}  // namespace shopsmart::core
