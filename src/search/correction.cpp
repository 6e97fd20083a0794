#include "search/correction.hpp"

#include "search/accents.hpp"
#include "search/changes.hpp"
#include "search/context.hpp"
#include "search/vocabulary.hpp"

#include <algorithm>
#include <cmath>
#include <new>

namespace shopsmart::search {

namespace {

constexpr int kRareInProducts = 500;     // a word that fewer than one in so many products hold may be a typing error
constexpr int kTimesAsFrequent = 20;     // is what such a word gives way to, at the least
constexpr double kTrustInKnown = 300;    // in such a word against another one
constexpr double kTypedPerEdit = 0.02;   // how likely a second edit is
constexpr double kTypedFirst = 0.3;      // that the first letter is wrong, against any other
constexpr double kHeldTogether = 0.5;    // support of words that at least one product holds together
constexpr int kShortestWord = 3;         // that is corrected
constexpr int kShortestCertain = 4;      // that is corrected whatever stands beside it, or completed
constexpr int kShortestPlural = 5;
constexpr int kShortestPart = 3;         // of what is split

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool ends_character(const char* word, int length) { return pg_mbcliplen(word, static_cast<int>(strlen(word)), length) == length; }
bool has_digit(const char* word, int length) { return std::any_of(word, word + length, is_digit); }

// Looks for the likeliest reading of each word that may be wrong. What it is likely to be is a question of the catalog
// (search/context.hpp), that it was typed like this one of the edits.
class Corrector {
public:
    Corrector(const Index& index, QueryWord* words, int count) : index_(index), words_(words), count_(count) {}

    Answered correct() {
        context_.open(index_);
        changes_.open();
        vocabulary_.open(index_);
        for (int i = 0; i < count_; i++) {
            look_up(i);
        }
        // Long words first: there is less doubt about them, and then they tell about the others.
        for (int i = longest_doubtful(); i < count_; i = longest_doubtful()) {
            correct(i);
        }
        vocabulary_.close();
        changes_.close();
        context_.close();
        return answered_;
    }

private:
    enum class Doubt { none, rare, unknown };

    struct State {
        const char* word;  // in lower case
        int length;
        Terms terms;
        int64 products;    // of the index
        Doubt doubt;
        int place;         // in the context
    };

    // What a word, or it and the next one, may stand for.
    struct Reading {
        int first;
        const char* words[2];  // the second one is nullptr when the next word stays
        double likelihood;
    };

    Terms terms_of(const char* word) { return query_terms(index_.configuration, cstring_to_text(word)); }

    void look_up(int i) {
        State& state = states_[i];
        state.word = lowercase_word(words_[i].bytes, words_[i].length);
        state.length = static_cast<int>(strlen(state.word));
        state.terms = terms_of(state.word);
        state.products = context_.products_with(state.terms);
        state.doubt = Doubt::none;
        state.place = Context::kNone;
        const bool is_rare = state.products == 0 || state.products * kRareInProducts < index_.documents;
        ChangedProduct* changed;
        // Without terms it is a stop word.
        if (is_rare && state.length >= kShortestWord && !has_digit(state.word, state.length) && state.terms.count > 0 && changes_.find(state.terms, &changed) == 0) {
            state.doubt = state.products == 0 ? Doubt::unknown : Doubt::rare;
        }
    }

    // The number of words when no word is left.
    int longest_doubtful() const {
        int longest = count_;
        for (int i = 0; i < count_; i++) {
            if (states_[i].doubt != Doubt::none && (longest == count_ || states_[i].length > states_[longest].length)) {
                longest = i;
            }
        }
        return longest;
    }

    void correct(int i) {
        State& state = states_[i];
        const bool is_unknown = state.doubt == Doubt::unknown;
        NearWord near[2 * kMostNear];
        const int count = near_words(state, near);
        if (is_unknown || count > 0) {
            fill_context();
            best_ = {i, {nullptr, nullptr}, is_unknown ? 0 : kTrustInKnown * context_.support(state.terms, others(i, i))};
            consider_near(i, near, count);
            if (is_unknown) {
                consider_pairs(i);
            }
            if (is_unknown && best_.words[0] == nullptr) {
                consider_splits(i);
            }
            finish(i);
        }
        state.doubt = Doubt::none;
    }

    int near_words(const State& state, NearWord* near) {
        const bool is_certain = state.doubt == Doubt::unknown && state.length >= kShortestCertain;
        const int most_edits = is_certain ? core::most_edits(static_cast<Size>(state.length)) : 1;
        const auto least_products = static_cast<uint32>(std::max<int64>(state.products * kTimesAsFrequent, 1));
        int count = vocabulary_.near(state.word, state.length, most_edits, least_products, near);
        if (is_certain && state.length > kShortestPlural && state.word[state.length - 1] == 's') {
            count += vocabulary_.near(state.word, state.length - 1, most_edits, least_products, near + count);
        }
        return is_certain ? count : static_cast<int>(std::remove_if(near, near + count, [](const NearWord& word) { return word.length < kShortestCertain; }) - near);
    }

    // Only queries with a doubtful word need it.
    void fill_context() {
        for (int i = 0; i < count_ && !has_context_; i++) {
            states_[i].place = context_.add(states_[i].terms);
        }
        has_context_ = true;
    }

    // Words that can be trusted, without these.
    unsigned others(int first, int last) const {
        unsigned places = context_.taken();
        for (int i = 0; i < count_; i++) {
            if (states_[i].place != Context::kNone && ((i >= first && i <= last) || states_[i].doubt != Doubt::none)) {
                places &= ~(1U << states_[i].place);
            }
        }
        return places;
    }

    void consider(const Reading& reading) {
        if (reading.likelihood > best_.likelihood) {
            best_ = reading;
        }
    }

    void consider_near(int i, const NearWord* near, int count) {
        const State& state = states_[i];
        const unsigned context = others(i, i);
        const bool is_certain = state.length >= kShortestCertain;
        for (const NearWord* word = near; word < near + count && (is_certain || context != 0); word++) {
            const Terms terms = terms_of(word->bytes);
            // All forms of a word have one list.
            const double form = std::min(1.0, word->products / static_cast<double>(std::max<int64>(context_.products_with(terms), 1)));
            const double typed = std::pow(kTypedPerEdit, word->distance - 1) * (word->bytes[0] == state.word[0] ? 1 : kTypedFirst);
            const double support = context_.support(terms, context);
            if (is_certain || support >= kHeldTogether) {
                consider({i, {word->bytes, nullptr}, form * typed * support});
            }
        }
    }

    void consider_pairs(int i) {
        if (i > 0 && words_[i].follows) {
            consider_pair(i - 1);
        }
        if (i + 1 < count_ && words_[i + 1].follows) {
            consider_pair(i);
        }
    }

    // As one word, or with the space one letter off.
    void consider_pair(int first) {
        const State& a = states_[first];
        const State& b = states_[first + 1];
        if (words_[first].corrected != nullptr || words_[first + 1].corrected != nullptr || has_digit(a.word, a.length) || has_digit(b.word, b.length)) {
            return;
        }
        const unsigned context = others(first, first + 1);
        const char* joined = psprintf("%s%s", a.word, b.word);
        consider({first, {joined, ""}, context_.support(terms_of(joined), context)});
        for (int length : {a.length - 1, a.length + 1}) {
            consider({first, {pnstrdup(joined, length), joined + length}, support_together(joined, length, context)});
        }
    }

    void consider_splits(int i) {
        const State& state = states_[i];
        for (int length = kShortestPart; length <= state.length - kShortestPart; length++) {
            consider({i, {psprintf("%.*s %s", length, state.word, state.word + length), nullptr}, support_together(state.word, length, 0)});
        }
    }

    // Of the words before and behind a place; 0 when no product holds both.
    double support_together(const char* words, int place, unsigned context) {
        const int length = static_cast<int>(strlen(words));
        if (place < kShortestPart || length - place < kShortestPart || !ends_character(words, place)) {
            return 0;
        }
        const Terms left = terms_of(pnstrdup(words, place));
        const Terms right = terms_of(words + place);
        const int left_place = context_.products_with(right) == 0 ? Context::kNone : context_.add(left);
        if (left_place == Context::kNone) {
            return 0;
        }
        const double support = context_.support(right, context | 1U << left_place);
        context_.remove(left_place, left);
        return support >= kHeldTogether ? support : 0;
    }

    void finish(int i) {
        const State& state = states_[i];
        NearWord longer;
        if (best_.words[0] != nullptr) {
            take(best_, Answered::corrected);
        } else if (state.doubt == Doubt::unknown && state.length >= kShortestCertain) {
            if (vocabulary_.completion(state.word, state.length, &longer)) {
                take({i, {longer.bytes, nullptr}, 0}, Answered::completed);
            } else {
                answered_ = std::max(answered_, Answered::partial);
            }
        }
    }

    void take(const Reading& reading, Answered step) {
        for (int part = 0; part < 2 && reading.words[part] != nullptr; part++) {
            State& state = states_[reading.first + part];
            words_[reading.first + part].corrected = reading.words[part];
            if (state.place != Context::kNone) {
                context_.remove(state.place, state.terms);
            }
            state.doubt = Doubt::none;
            state.terms = terms_of(reading.words[part]);
            state.place = context_.add(state.terms);
        }
        answered_ = std::max(answered_, step);
    }

    const Index& index_;
    QueryWord* words_;
    int count_;
    State states_[kMostQueryTerms];
    Context context_;
    bool has_context_ = false;
    Changes changes_;
    Vocabulary vocabulary_;
    Reading best_;
    Answered answered_ = Answered::words;
};

}  // namespace

const char* answered_name(Answered answered) {
    constexpr const char* kNames[] = {"words", "corrected", "completed", "partial", "relaxed"};
    return kNames[static_cast<int>(answered)];
}

Answered correct(const Index& index, QueryWord* words, int count) {
    return (new (palloc(sizeof(Corrector))) Corrector(index, words, count))->correct();
}

Correction correct(const Index& index, text* query) {
    StringInfoData folded;
    initStringInfo(&folded);
    append_folded(&folded, VARDATA_ANY(query), pg_mbcharcliplen(VARDATA_ANY(query), static_cast<int>(VARSIZE_ANY_EXHDR(query)), kMostQueryCharacters));
    QueryWord words[kMostQueryTerms];
    int count = 0;
    for (int at = 0, behind = 0; at < folded.len && count < kMostQueryTerms;) {
        int end = at;
        // An apostrophe between letters belongs to the word.
        while (end < folded.len && (is_word_byte(folded.data[end]) || (folded.data[end] == '\'' && end > at && is_word_byte(folded.data[end + 1])))) {
            end++;
        }
        if (end > at) {
            words[count++] = {folded.data + at, end - at, count > 0 && at == behind + 1 && folded.data[behind] == ' ', nullptr};
            behind = end;
        }
        at = std::max(end, at + 1);
    }
    const Answered answered = correct(index, words, count);
    StringInfoData corrected;
    initStringInfo(&corrected);
    bool changed = false;
    const char* at = folded.data;
    for (int i = 0; i < count; i++) {
        const QueryWord& word = words[i];
        const bool joined = word.corrected != nullptr && word.corrected[0] == '\0';
        appendBinaryStringInfo(&corrected, at, static_cast<int>(word.bytes - at) - (joined ? 1 : 0));
        appendBinaryStringInfo(&corrected, word.corrected == nullptr ? word.bytes : word.corrected, word.corrected == nullptr ? word.length : static_cast<int>(strlen(word.corrected)));
        changed = changed || word.corrected != nullptr;
        at = word.bytes + word.length;
    }
    appendBinaryStringInfo(&corrected, at, static_cast<int>(folded.data + folded.len - at));
    return {changed ? cstring_to_text_with_len(corrected.data, corrected.len) : query, changed, answered};
}

}  // namespace shopsmart::search
