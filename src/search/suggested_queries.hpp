// Queries of others that go on where a text ends.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::search {

// Those that begin with the plain words, most users first. Sets at most so many and returns how many; none for no words.
int find_suggested_queries(const char* plain, int most, text** found);

}  // namespace shopsmart::search
