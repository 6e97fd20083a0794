// A query whose words the catalog does not know, in words that it knows.
#pragma once

#include "search/changes.hpp"
#include "search/index.hpp"
#include "search/terms.hpp"
#include "search/vocabulary.hpp"

namespace shopsmart::search {

enum class Answered { words, corrected, completed, partial, relaxed };

const char* answered_name(Answered answered);

struct Correction {
    text* query;        // as it is to be searched for
    bool changed;       // it differs from what was asked
    Answered answered;
};

// Word by word.
class Corrector {
public:
    void open(const Index& index);
    // Appends the word as it is to be searched for.
    void add_word(StringInfo into, const char* word, int length);
    bool changed() const { return changed_; }
    Answered answered() const { return answered_; }
    void close();

private:
    void take(StringInfo into, const NearWord& near, Answered step);
    bool is_known(const char* word);

    const Index* index_;
    bridge::IndexCursor postings_;
    Changes changes_;
    Vocabulary vocabulary_;
    Answered answered_;
    bool changed_;
};

// Each word that no product holds is replaced by the nearest one of the catalog, else by the most frequent one that begins
// with it; else it stays, and the other words answer. Words with digits stay.
Correction correct(const Index& index, text* query);

}  // namespace shopsmart::search
