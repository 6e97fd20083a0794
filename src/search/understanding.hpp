// A query as it is meant: bounds, an order, and names of the catalog as a filter, and the words that are left to look for.
#pragma once

#include "core/query_wishes.hpp"
#include "ranking/filter.hpp"
#include "search/correction.hpp"
#include "search/page.hpp"
#include "search/phrases.hpp"

namespace shopsmart::search {

// How much of it is taken as it was understood. Each one is tried when those before leave nothing to show.
enum class Step : int { all, without_names, without_bounds, as_written };
inline constexpr int kSteps = 4;

// A part of the query that is more than words.
struct Part {
    const char* kind;     // price, rating, sort, without, brand, category, attributes.<key>
    int first;            // tokens
    int end;
    int object;           // of without: where what is unwanted begins
    Jsonb* adds;          // to the filter; of without: what is left out; nullptr: nothing
    int64 products;       // of a name
};

// What a step looks for.
struct Wanted {
    text* words;
    Terms terms;
    Jsonb* filter;        // nullptr: none
    bool has_sort;
    Sort sort;
    Answered answered;
};

class Understanding {
public:
    // With may_understand false the query is nothing but words.
    void open(const Index& index, text* query, bool may_correct, bool may_understand);
    // False when the step would not differ from the one before.
    bool has_step(Step step) const;
    // given: the caller's own filter, of which each key counts more than what the query says.
    Wanted at(Step step, Jsonb* given) const;
    // The filter, and what is left out.
    ranking::ProductPredicate predicate(const bridge::ShopTables& shop, const Wanted& wanted, Step step, const bridge::Parameters* before = nullptr) const;
    // As shopsmart_parse_query() shows it.
    Jsonb* described() const;

private:
    static constexpr int kMostParts = core::kMostWishes + core::kMostQueryTokens;

    bool is_name(const Part& part) const { return part.object < 0 && part.adds != nullptr && strcmp(part.kind, "price") != 0 && strcmp(part.kind, "rating") != 0; }
    bool is_unwanted(const Part& part) const { return part.object >= 0; }
    void fold(text* query);
    void read_words();
    bool is_object(int token) const;
    void correct_words();
    const char* stems_of(const char* corrected) const;
    Correction as_written() const;
    void read_wishes(Phrases& phrases);
    void read_names(Phrases& phrases, bool attributes_only);
    int name_at(Phrases& phrases, int first, Meaning* meaning) const;
    bool is_dropped(int token, bool attributes, bool names) const;
    text* words_but(bool attributes, bool names) const;
    const char* named_by(const Part& part) const;
    bool is_asked_for(int object) const;
    void append_token(StringInfo into, int token) const;
    int character_of(uint32 byte) const { return places_ == nullptr ? static_cast<int>(byte) : places_[byte]; }

    Index index_;
    text* query_;
    bool may_correct_;
    bool is_read_;                                  // for more than words
    StringInfoData folded_;
    int* places_;                                   // the character of the query that a byte of folded_ comes from; nullptr: the same
    core::QueryWishes wishes_;
    const char* words_[core::kMostQueryTokens];     // corrected; nullptr: as written
    const char* stems_[core::kMostQueryTokens];     // nullptr: no word
    Answered answered_;
    Part parts_[kMostParts];
    int part_count_;
};

}  // namespace shopsmart::search
