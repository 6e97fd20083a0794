// What the events of a history count in scores: the same for recommendations and for their evaluation.
//
//     weight(e) = t(e) d(e) * S^(x - 1)
//
// with t the weight of the event's type, d = 2^(-n/h) for n later moments with events and the half-life h (0: d = 1), S the sum of
// t d over the events of the same product, and x the exponent. The weights of a product so add up to S^x.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/half_life.hpp"

namespace shopsmart::core {

struct HistoryOptions {
    int events;       // newest events that count
    int half_life;    // in moments; 0: none
    double exponent;  // from 0 to 1

    bool operator==(const HistoryOptions&) const = default;

    // So many half-lives back an event weighs a 30 millionth of what the newest does.
    bool ends_after(int moments) const {
        constexpr int kHalfLives = 25;
        return half_life > 0 && moments >= kHalfLives * half_life;
    }
};

// How a model reads histories.
struct ReadingOptions {
    HistoryOptions history;
    int scored_neighbors;  // best neighbors of each product of a history that score

    bool operator==(const ReadingOptions&) const = default;
};

struct HistoryEvent {
    std::int64_t event_id;
    std::int64_t product_id;
    std::int64_t occurred_at;  // microseconds on any epoch
    double type_weight;        // of its event type
    double weight;             // what it counts in scores
    int type;                  // number of its event type
    int first_of_product;      // place of the newest event with the same product
    double product_weight;     // S, where this is that event
};

// The order of a history. Events of one moment have none among themselves; their ids settle it.
inline bool is_newer(const HistoryEvent& a, const HistoryEvent& b) noexcept {
    return a.occurred_at != b.occurred_at ? a.occurred_at > b.occurred_at : a.event_id > b.event_id;
}

// total^(exponent - 1), with the same bits everywhere for 1 and 0.5.
inline double damping(double total, double exponent) noexcept {
    if (exponent == 1 || !(total > 0))
        return 1;
    return exponent == 0.5 ? 1 / std::sqrt(total) : std::pow(total, exponent - 1);
}

// Weighs a history, newest event first. Returns how many of its events count: what comes after them is forgotten.
inline int weigh_history(HistoryEvent* events, int count, const HistoryOptions& options) noexcept {
    SteppedDecay recency(options.half_life);
    int moments = 0;
    int counting = 0;
    for (; counting < count; counting++) {
        HistoryEvent& event = events[counting];
        if (counting == 0 || event.occurred_at != events[counting - 1].occurred_at) {
            if (options.ends_after(moments++))
                break;
            if (counting > 0)
                recency.step();
        }
        event.first_of_product = 0;
        while (events[event.first_of_product].product_id != event.product_id)
            event.first_of_product++;
        HistoryEvent& first = events[event.first_of_product];
        event.weight = event.type_weight * recency.value();
        first.product_weight = (&first == &event ? 0 : first.product_weight) + event.weight;
    }
    for (int i = 0; i < counting; i++)
        events[i].weight *= damping(events[events[i].first_of_product].product_weight, options.exponent);
    return counting;
}

}  // namespace shopsmart::core
