#include "search/correction.hpp"

#include "bridge/relations.hpp"
#include "search/accents.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

constexpr int kShortestWord = 4;  // that is corrected or completed

bool is_digit(char c) { return c >= '0' && c <= '9'; }

}  // namespace

void Corrector::open(const Index& index) {
    index_ = &index;
    const bridge::SearchTables& tables = bridge::search_tables();
    postings_.open(tables.postings, tables.postings_key, 2);
    changes_.open();
    vocabulary_.open(index);
    answered_ = Answered::words;
    changed_ = false;
}

void Corrector::add_word(StringInfo into, const char* word, int length) {
    char* lower = lowercase_word(word, length);
    const int lower_length = static_cast<int>(strlen(lower));
    if (lower_length < kShortestWord || std::any_of(lower, lower + lower_length, is_digit) || is_known(lower)) {
        appendBinaryStringInfo(into, word, length);
        return;
    }
    NearWord near;
    if (vocabulary_.nearest(lower, lower_length, &near)) {
        take(into, near, Answered::corrected);
    } else if (vocabulary_.completion(lower, lower_length, &near)) {
        take(into, near, Answered::completed);
    } else {
        appendBinaryStringInfo(into, word, length);
        answered_ = std::max(answered_, Answered::partial);
    }
}

void Corrector::take(StringInfo into, const NearWord& near, Answered step) {
    appendBinaryStringInfo(into, near.bytes, near.length);
    answered_ = std::max(answered_, step);
    changed_ = true;
}

// Also words that stand for nothing, as stop words do.
bool Corrector::is_known(const char* word) {
    const Terms terms = query_terms(index_->configuration, cstring_to_text(word));
    for (int i = 0; i < terms.count; i++) {
        const Datum key[] = {Int64GetDatum(index_->generation), PointerGetDatum(cstring_to_text_with_len(terms.terms[i].bytes, terms.terms[i].length))};
        postings_.seek(key);
        if (postings_.next()) {
            return true;
        }
    }
    ChangedProduct* changed;
    return terms.count == 0 || changes_.find(terms, &changed) > 0;
}

void Corrector::close() {
    vocabulary_.close();
    changes_.close();
    postings_.close();
}

const char* answered_name(Answered answered) {
    constexpr const char* kNames[] = {"words", "corrected", "completed", "partial", "relaxed"};
    return kNames[static_cast<int>(answered)];
}

Correction correct(const Index& index, text* query) {
    StringInfoData folded;
    initStringInfo(&folded);
    append_folded(&folded, VARDATA_ANY(query), pg_mbcharcliplen(VARDATA_ANY(query), static_cast<int>(VARSIZE_ANY_EXHDR(query)), kMostQueryCharacters));
    StringInfoData corrected;
    initStringInfo(&corrected);
    Corrector corrector;
    corrector.open(index);
    int words = 0;
    for (int at = 0; at < folded.len;) {
        int end = at;
        // An apostrophe between letters belongs to the word.
        while (end < folded.len && (is_word_byte(folded.data[end]) || (folded.data[end] == '\'' && end > at && is_word_byte(folded.data[end + 1])))) {
            end++;
        }
        if (end > at && words++ < kMostQueryTerms) {
            corrector.add_word(&corrected, folded.data + at, end - at);
        } else {
            end = std::max(end, at + 1);
            appendBinaryStringInfo(&corrected, folded.data + at, end - at);
        }
        at = end;
    }
    corrector.close();
    return {corrector.changed() ? cstring_to_text_with_len(corrected.data, corrected.len) : query, corrector.changed(), corrector.answered()};
}

}  // namespace shopsmart::search
