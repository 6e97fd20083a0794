// All-time popularity: products by the sum of the weights of all their events.
#pragma once

#include "core/event_census.hpp"

namespace shopsmart::core {

void rank_popularity(BuildContext& context, const EventCensus& census);

}  // namespace shopsmart::core
