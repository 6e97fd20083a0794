#include "search/prefix.hpp"

#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"
#include "search/accents.hpp"
#include "search/correction.hpp"
#include "search/names.hpp"
#include "search/vocabulary.hpp"

#include <algorithm>
#include <cmath>

namespace shopsmart::search {

namespace {

constexpr float kCompletedNumberWeight = 0.8F;  // one that goes on, against the number itself
constexpr int kMostRowsOfTerms = 500;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Terms with digits are not stemmed: those that begin so, in the order of their bytes.
Terms terms_beginning(const Index& index, const char* prefix, int length) {
    Terms found{static_cast<Term*>(palloc(sizeof(Term) * kMostCompletions)), 0, 0, 0};
    const bridge::SearchTables& tables = bridge::search_tables();
    bridge::IndexCursor cursor;
    cursor.open(tables.postings, tables.postings_key, 2);
    const Datum generation = Int64GetDatum(index.generation);
    cursor.seek_from(&generation, PointerGetDatum(cstring_to_text_with_len(prefix, length)));
    for (int rows = 0; rows < kMostRowsOfTerms && found.count < kMostCompletions && cursor.next(); rows++) {
        bool is_null;
        const auto* term = reinterpret_cast<const text*>(DatumGetPointer(slot_getattr(cursor.slot, 2, &is_null)));
        const int term_length = static_cast<int>(VARSIZE_ANY_EXHDR(term));
        if (term_length < length || memcmp(VARDATA_ANY(term), prefix, length) != 0) {
            break;
        }
        const Term* last = found.count > 0 ? &found.terms[found.count - 1] : nullptr;
        if (last == nullptr || last->length != term_length || memcmp(last->bytes, VARDATA_ANY(term), term_length) != 0) {
            found.terms[found.count++] = {pnstrdup(VARDATA_ANY(term), term_length), term_length, 0, term_length == length ? 1 : kCompletedNumberWeight};
        }
    }
    cursor.close();
    return found;
}

// The more products hold a word, the likelier it is meant.
Terms words_beginning(const Index& index, const char* prefix, int length) {
    NearWord words[kMostCompletions];
    Vocabulary vocabulary;
    vocabulary.open(index);
    const int count = vocabulary.completions(prefix, length, words);
    vocabulary.close();
    uint32 most = 1;
    for (int i = 0; i < count; i++) {
        most = std::max(most, words[i].products);
    }
    Terms all{nullptr, 0, 0, 0};
    for (int i = 0; i < count; i++) {
        const Terms terms = query_terms(index.configuration, cstring_to_text_with_len(words[i].bytes, words[i].length));
        for (int t = 0; t < terms.count; t++) {
            terms.terms[t].alternative = static_cast<float>(std::log1p(words[i].products) / std::log1p(most));
        }
        all = with_alternatives(all, terms);
    }
    return all;
}

// Where the part that follows the last space begins, and the last word of it.
void find_last_word(const StringInfoData& folded, int* part, int* word) {
    *word = folded.len;
    while (*word > 0 && (is_word_byte(folded.data[*word - 1]) || (folded.data[*word - 1] == '\'' && *word < folded.len))) {
        (*word)--;
    }
    *part = *word;
    while (*part > 0 && folded.data[*part - 1] != ' ') {
        (*part)--;
    }
}

Terms terms_going_on(const Index& index, const StringInfoData& folded, int part, int word) {
    char* last = lowercase_word(folded.data + word, folded.len - word);
    const int length = static_cast<int>(strlen(last));
    if (length == 0) {
        return {nullptr, 0, 0, 0};
    }
    if (std::none_of(last, last + length, is_digit)) {
        return words_beginning(index, last, length);
    }
    // A model number may be in the index as a whole.
    StringInfoData whole;
    initStringInfo(&whole);
    for (int at = part; at < folded.len; at++) {
        if (is_word_byte(folded.data[at])) {
            appendStringInfoChar(&whole, folded.data[at]);
        }
    }
    const char* lower = lowercase_word(whole.data, whole.len);
    return with_alternatives(terms_beginning(index, last, length), terms_beginning(index, lower, static_cast<int>(strlen(lower))));
}

}  // namespace

Prefix parse_prefix(const Index& index, text* typed) {
    StringInfoData folded;
    initStringInfo(&folded);
    append_folded(&folded, VARDATA_ANY(typed), pg_mbcharcliplen(VARDATA_ANY(typed), static_cast<int>(VARSIZE_ANY_EXHDR(typed)), kMostQueryCharacters));
    int part;
    int word;
    find_last_word(folded, &part, &word);
    Prefix prefix{};
    const Terms going_on = terms_going_on(index, folded, part, word);
    const int finished_length = going_on.count > 0 ? word : folded.len;
    text* finished = correct(index, cstring_to_text_with_len(folded.data, finished_length)).query;
    prefix.terms = with_alternatives(query_terms(index.configuration, finished), going_on);
    StringInfoData all;
    initStringInfo(&all);
    appendBinaryStringInfo(&all, VARDATA_ANY(finished), static_cast<int>(VARSIZE_ANY_EXHDR(finished)));
    appendBinaryStringInfo(&all, folded.data + finished_length, folded.len - finished_length);
    prefix.plain = plain_words(all.data, all.len);
    return prefix;
}

}  // namespace shopsmart::search
