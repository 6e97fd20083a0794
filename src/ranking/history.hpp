// A user's newest events, read in the caller's snapshot with the caller's rights.
#pragma once

#include "bridge/event_types.hpp"
#include "bridge/relations.hpp"

namespace shopsmart::ranking {

struct HistoryEvent {
    int64 event_id;
    int64 product_id;
    TimestampTz occurred_at;
    double type_weight;  // of its event type
    double weight;       // the same by recency: what it counts in scores
    int type;  // index into EventTypes
};

struct History {
    HistoryEvent* events;  // newest first: occurred_at descending, event_id descending
    int count;
};

// Whether the user is known.
bool find_user(const bridge::ShopTables& shop, text* external_id, int64* user_id);

// At most limit events with occurred_at <= as_of. An event counts half after so many later moments with events; 0: all alike.
History read_history(const bridge::ShopTables& shop, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of, int limit, int half_life);

}  // namespace shopsmart::ranking
