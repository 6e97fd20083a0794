// Where a page of results ends, as a text that the next call takes up: the last row's place in the order, and a hash that
// ties it to the question.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::search {

enum class Sort { relevance, price_asc, price_desc, rating, newest };

struct Question {
    text* query;
    Jsonb* filter;
    bool may_correct;
    bool may_understand;
    bool has_sort;       // the caller's, which counts more than what the query says
    Sort sort;
    text* user;          // whose taste counts; nullptr: nobody's
};

struct PageEnd {
    int32 rank;
    bool any_word;       // sorted rows hold any word of the query, not all of them
    int step;            // of search::Understanding
    int64 product_id;
    const char* key;     // what is sorted by, nullptr for NULL
};

// Raises 22023 for another name. nullptr is relevance.
Sort parse_sort(const text* name);
const char* sort_name(Sort sort);

text* make_cursor(const Question& question, const PageEnd& end);
// Raises 22023 unless the cursor was made for this question.
PageEnd parse_cursor(const Question& question, const text* cursor);

}  // namespace shopsmart::search
