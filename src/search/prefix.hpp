// A query that is still being typed: words that are finished, and the beginning of one.
#pragma once

#include "search/index.hpp"
#include "search/terms.hpp"

namespace shopsmart::search {

struct Prefix {
    Terms terms;        // those that go on where the text ends are alternatives
    const char* plain;  // all words, finished ones corrected (plain_words)
};

Prefix parse_prefix(const Index& index, text* typed);

}  // namespace shopsmart::search
