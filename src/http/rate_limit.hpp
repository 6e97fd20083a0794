// How often a visitor may ask: one token bucket a visitor, in shared memory when the library is preloaded. Otherwise each
// connection has buckets of its own, so that a visitor has as many as PostgREST has connections.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::http {

// In _PG_init of a preloading server.
void reserve_rate_limits();

// Takes one of the tokens of a visitor, which come back at an even pace and are never more than those of a minute. Returns
// the microseconds after which there will be one, or 0 when there was.
int64 take_token(const char* visitor, size_t length, int per_minute, TimestampTz now);

}  // namespace shopsmart::http
