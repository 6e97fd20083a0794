#include "search/terms.hpp"

#include "core/vocabulary.hpp"
#include "core/word_forms.hpp"
#include "search/accents.hpp"

#include <algorithm>
#include <initializer_list>

namespace shopsmart::search {

namespace {

// More of a description tells nothing new.
constexpr int kMostFieldBytes = 20000;

struct FoundWord {
    const char* bytes;
    int length;
    core::Field field;
};

struct FoundWords {
    FoundWord* words;
    int count;
    int capacity;
};

int compare(const FoundWord& a, const FoundWord& b) {
    const int order = memcmp(a.bytes, b.bytes, std::min(a.length, b.length));
    return order != 0 ? order : a.length - b.length;
}

// Returns the number of words.
int add_words(FoundWords& found, Oid configuration, core::Field field, Text value, int most_bytes) {
    if (value.length == 0) {
        return 0;
    }
    StringInfoData folded;
    initStringInfo(&folded);
    append_folded(&folded, value.bytes, pg_mbcliplen(value.bytes, value.length, most_bytes));
    StringInfoData forms;
    initStringInfo(&forms);
    core::word_forms({folded.data, static_cast<std::size_t>(folded.len)},
                     [](void* context, std::string_view form) {
                         auto* into = static_cast<StringInfo>(context);
                         appendBinaryStringInfo(into, form.data(), static_cast<int>(form.size()));
                         appendStringInfoChar(into, ' ');
                     },
                     &forms);
    ParsedText parsed{};
    parsed.lenwords = forms.len / 6 + 2;
    parsed.words = static_cast<ParsedWord*>(palloc(sizeof(ParsedWord) * parsed.lenwords));
    parsetext(configuration, &parsed, forms.data, forms.len);
    if (found.count + parsed.curwords > found.capacity) {
        found.capacity = 2 * (found.count + parsed.curwords);
        const Size bytes = sizeof(FoundWord) * found.capacity;
        found.words = static_cast<FoundWord*>(found.words == nullptr ? palloc(bytes) : repalloc(found.words, bytes));
    }
    for (int i = 0; i < parsed.curwords; i++) {
        found.words[found.count++] = {parsed.words[i].word, parsed.words[i].len, field};
    }
    return parsed.curwords;
}

Terms sorted_terms(FoundWords& found, int name_length, int description_length) {
    std::sort(found.words, found.words + found.count, [](const FoundWord& a, const FoundWord& b) { return compare(a, b) < 0; });
    Terms result{static_cast<Term*>(palloc(sizeof(Term) * std::max(found.count, 1))), 0, name_length, description_length};
    for (int first = 0, end; first < found.count; first = end) {
        core::FieldNumbers counts{};
        for (end = first; end < found.count && compare(found.words[end], found.words[first]) == 0; end++) {
            counts[static_cast<unsigned>(found.words[end].field)]++;
        }
        const core::Occurrence occurrence = core::pack_occurrence(counts, static_cast<std::uint32_t>(name_length), static_cast<std::uint32_t>(description_length));
        result.terms[result.count++] = {found.words[first].bytes, found.words[first].length, occurrence, 0};
    }
    return result;
}

}  // namespace

Terms product_terms(Oid configuration, const ProductText& product) {
    FoundWords found{};
    const int name_length = add_words(found, configuration, core::Field::name, product.name, kMostFieldBytes);
    add_words(found, configuration, core::Field::name, product.sku, kMostFieldBytes);
    add_words(found, configuration, core::Field::brand, product.brand, kMostFieldBytes);
    add_words(found, configuration, core::Field::category, product.category, kMostFieldBytes);
    const int description_length = add_words(found, configuration, core::Field::description, product.description, kMostFieldBytes);
    return sorted_terms(found, name_length, description_length);
}

char* lowercase_word(const char* word, int length) {
    auto* plain = static_cast<char*>(palloc(length + 1));
    int kept = 0;
    bool ascii = true;
    for (int i = 0; i < length; i++) {
        ascii = ascii && !IS_HIGHBIT_SET(word[i]);
        if (word[i] != '\'') {
            plain[kept++] = static_cast<char>(pg_ascii_tolower(static_cast<unsigned char>(word[i])));
        }
    }
    plain[kept] = '\0';
    return ascii ? plain : str_tolower(plain, kept, DEFAULT_COLLATION_OID);
}

Words product_words(const ProductText& product) {
    struct Collected {
        const char** words;
        int count;
        int capacity;
    } collected{static_cast<const char**>(palloc(sizeof(char*) * 32)), 0, 32};
    for (const Text& value : {product.name, product.brand, product.category}) {
        StringInfoData folded;
        initStringInfo(&folded);
        append_folded(&folded, value.bytes, pg_mbcliplen(value.bytes, value.length, kMostFieldBytes));
        core::word_forms({folded.data, static_cast<std::size_t>(folded.len)},
                         [](void* context, std::string_view form) {
                             auto* into = static_cast<Collected*>(context);
                             const bool digits = std::any_of(form.begin(), form.end(), [](char c) { return c >= '0' && c <= '9'; });
                             if (digits || form.size() > core::kLongestVocabularyWord) {
                                 return;
                             }
                             if (into->count == into->capacity) {
                                 into->capacity *= 2;
                                 into->words = static_cast<const char**>(repalloc(into->words, sizeof(char*) * into->capacity));
                             }
                             into->words[into->count++] = lowercase_word(form.data(), static_cast<int>(form.size()));
                         },
                         &collected);
    }
    std::sort(collected.words, collected.words + collected.count, [](const char* a, const char* b) { return strcmp(a, b) < 0; });
    const char** end = std::unique(collected.words, collected.words + collected.count, [](const char* a, const char* b) { return strcmp(a, b) == 0; });
    return {collected.words, static_cast<int>(end - collected.words)};
}

Terms query_terms(Oid configuration, text* query) {
    const char* bytes = VARDATA_ANY(query);
    const int length = pg_mbcharcliplen(bytes, static_cast<int>(VARSIZE_ANY_EXHDR(query)), kMostQueryCharacters);
    FoundWords found{};
    add_words(found, configuration, core::Field::name, {bytes, length}, length);
    // The first ones in the order of the query, before they are sorted.
    int distinct = 0;
    for (int i = 0; i < found.count; i++) {
        const bool is_new = std::none_of(found.words, found.words + distinct, [&](const FoundWord& known) { return compare(known, found.words[i]) == 0; });
        if (is_new && distinct < kMostQueryTerms) {
            found.words[distinct++] = found.words[i];
        }
    }
    found.count = distinct;
    return sorted_terms(found, distinct, 0);
}

Terms with_alternatives(const Terms& terms, const Terms& alternatives) {
    Terms both{static_cast<Term*>(palloc(sizeof(Term) * (terms.count + alternatives.count + 1))), 0, 0, 0};
    for (const Terms& part : {terms, alternatives}) {
        both.count = static_cast<int>(std::copy_n(part.terms, part.count, both.terms + both.count) - both.terms);
    }
    const auto order = [](const Term& a, const Term& b) {
        const int bytes = memcmp(a.bytes, b.bytes, std::min(a.length, b.length));
        return bytes != 0 ? bytes : a.length - b.length;
    };
    std::sort(both.terms, both.terms + both.count, [&](const Term& a, const Term& b) {
        const int bytes = order(a, b);
        return bytes != 0 ? bytes < 0 : b.alternative != 0 && (a.alternative == 0 || a.alternative > b.alternative);
    });
    both.count = static_cast<int>(std::unique(both.terms, both.terms + both.count, [&](const Term& a, const Term& b) { return order(a, b) == 0; }) - both.terms);
    return both;
}

}  // namespace shopsmart::search
