// A user's newest events, read in the caller's snapshot with the caller's rights.
#pragma once

#include "bridge/event_types.hpp"
#include "bridge/relations.hpp"
#include "core/history_weights.hpp"

namespace shopsmart::ranking {

using core::HistoryEvent;  // type: index into EventTypes

struct History {
    HistoryEvent* events;  // newest first: occurred_at descending, event_id descending
    int count;
    int moments;  // at which it has events, or had before some were forgotten
};

// Whether the user is known.
bool find_user(const bridge::ShopTables& shop, text* external_id, int64* user_id);

// The events with occurred_at <= as_of that count by the options.
History read_history(const bridge::ShopTables& shop, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of,
                     const core::HistoryOptions& options);

}  // namespace shopsmart::ranking
