// A query whose words the catalog does not know, in words that it knows.
#pragma once

#include "search/index.hpp"
#include "search/terms.hpp"

namespace shopsmart::search {

enum class Answered { words, corrected, completed, partial };

const char* answered_name(Answered answered);

struct Correction {
    text* query;        // as it is to be searched for
    bool changed;       // it differs from what was asked
    Answered answered;
};

// Each word that no product holds is replaced by the nearest one of the catalog, else by the most frequent one that begins
// with it; else it stays, and the other words answer. Words with digits stay.
Correction correct(const Index& index, text* query);

}  // namespace shopsmart::search
