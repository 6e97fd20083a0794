// A query whose words the catalog does not know, in words that it knows.
#pragma once

#include "search/index.hpp"
#include "search/terms.hpp"

namespace shopsmart::search {

enum class Answered { words, corrected, completed, partial, relaxed };

const char* answered_name(Answered answered);

struct Correction {
    text* query;        // as it is to be searched for
    bool changed;       // it differs from what was asked
    Answered answered;
};

// A word of a query, without accents.
struct QueryWord {
    const char* bytes;
    int length;
    bool follows;           // nothing but a space stands between it and the one before
    const char* corrected;  // another word, two words, or "" where it became part of the word before; nullptr: it stays
};

// Each word that no product holds, and each rare one where another fits far better, is replaced by the likeliest of the catalog,
// else by the most frequent one that begins with it; else it stays, and the other words answer. Words with digits stay.
Answered correct(const Index& index, QueryWord* words, int count);

// All words of a query.
Correction correct(const Index& index, text* query);

}  // namespace shopsmart::search
