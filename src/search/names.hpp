// The names of brands and categories in rows: finding those that go on where a text ends is a look through all of them.
#pragma once

#include "bridge/bulk_writer.hpp"
#include "bridge/relations.hpp"
#include "search/index.hpp"

namespace shopsmart::search {

enum class NameKind : uint32 { brand, category };

struct FoundName {
    const char* bytes;
    int length;
    int64 category_id;  // 0 of a brand
    uint32 products;
    int words;          // of the text that the name goes on with
    bool at_start;      // of the name
};

// The words of a text in lower case, without accents, with one space between them; "&" between words is "and".
char* plain_words(const char* text, int length);

class PhraseRows;

// Writes the brands and categories with most products, at most 20,000 of them; phrases gets them too.
void write_names(bridge::BulkWriter& writer, const bridge::ShopTables& shop, int64 generation, PhraseRows& phrases);

inline constexpr int kMostNames = 16;

// Names of one kind that hold the last words of a text, the very last as the beginning of a word. Best first: most words,
// at the start of the name, most products; those with fewer words than the best one are left out. Sets at most kMostNames and returns how many.
int find_names(const Index& index, NameKind kind, const char* typed, FoundName* found);

}  // namespace shopsmart::search
