// The words of the catalog in rows by length: finding a word near another is a look through all words of about its length,
// of which the letters (core/vocabulary.hpp) leave few to compare.
#pragma once

#include "bridge/index_cursor.hpp"
#include "core/vocabulary.hpp"
#include "search/index.hpp"

#include <string_view>

namespace shopsmart::search {

// An entry of shopsmart.search_words.words; the bytes of the word follow.
struct WordEntry {
    uint32 signature;
    uint32 products;
};

struct NearWord {
    const char* bytes;
    int length;
    int distance;
    uint32 products;
};

inline constexpr int kMostCompletions = 20;
inline constexpr int kMostNear = 32;

class Vocabulary {
public:
    void open(const Index& index);
    // The words nearest to this one, which differ from it by 1 to most_edits edits and stand in at least so many products,
    // in no order; returns how many of at most kMostNear. Of those at the same distance, words that begin alike are nearer,
    // then the more frequent ones.
    int near(const char* word, int length, int most_edits, uint32 least_products, NearWord* found);
    // The most frequent word that begins with this one and is longer.
    bool completion(const char* prefix, int length, NearWord* found);
    // The most frequent words that begin with the prefix or are it, in no order; returns how many of at most kMostCompletions.
    int completions(const char* prefix, int length, NearWord* found);
    void close();

private:
    template <class Take>
    void look_through(int length, Take&& take);
    // Words of that length that begin with the prefix.
    template <class Take>
    void look_behind(std::string_view prefix, int length, Take&& take);

    int64 generation_;
    bridge::IndexCursor cursor_;
};

}  // namespace shopsmart::search
