// Words of products and queries as the search index knows them: lexemes of a text search configuration, made of text whose
// accents are folded and whose compounds are taken apart and put together (core/word_forms.hpp).
#pragma once

#include "bridge/pg.hpp"

#include "core/posting.hpp"

namespace shopsmart::search {

inline constexpr int kMostQueryCharacters = 1000;
inline constexpr int kMostQueryTerms = 32;

// A text that may be missing; points into a row.
struct Text {
    const char* bytes = nullptr;
    int length = 0;
};

struct ProductText {
    Text sku;
    Text name;
    Text brand;
    Text category;
    Text description;
};

struct Term {
    const char* bytes;
    int length;
    core::Occurrence occurrence;  // of a product
    float alternative = 0;        // of a query: the weight of one of several words of which any will do; 0 for a word by itself
};

// Sorted by their bytes, each once.
struct Terms {
    Term* terms;
    int count;
    int name_length;         // in words
    int description_length;
};

// Of a product; occurrences are set.
Terms product_terms(Oid configuration, const ProductText& product);
// The words of its name, brand and category as they are written, in lower case and without digits; sorted, each once.
struct Words {
    const char** words;
    int count;
};
Words product_words(const ProductText& product);
inline bool is_word_byte(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || IS_HIGHBIT_SET(c); }
// Without apostrophes.
char* lowercase_word(const char* word, int length);
// Of a query: its first 1,000 characters, at most kMostQueryTerms of them.
Terms query_terms(Oid configuration, text* query);
// Both together. Of the same term twice one stays: the one by itself, else the one with the larger weight.
Terms with_alternatives(const Terms& terms, const Terms& alternatives);

}  // namespace shopsmart::search
