#include "search/likeness.hpp"

#include "bridge/json_object.hpp"
#include "bridge/query.hpp"
#include "search/names.hpp"
#include "search/phrases.hpp"

#include <algorithm>

namespace shopsmart::search {

namespace {

// Nobody reads on, and each word has to be looked for.
constexpr int kMostNameBytes = 500;

// A copy, which outlives the query.
Text text_in(HeapTuple row, int column) {
    bool is_null;
    const Datum value = SPI_getbinval(row, SPI_tuptable->tupdesc, column, &is_null);
    if (is_null) {
        return {};
    }
    const text* copy = DatumGetTextPCopy(value);
    return {VARDATA_ANY(copy), static_cast<int>(VARSIZE_ANY_EXHDR(copy))};
}

bool are_equal(const Text& a, const Text& b) { return a.length > 0 && a.length == b.length && memcmp(a.bytes, b.bytes, a.length) == 0; }

bool holds(const Terms& terms, const char* word) {
    const int length = static_cast<int>(strlen(word));
    return std::any_of(terms.terms, terms.terms + terms.count, [&](const Term& term) { return term.length == length && memcmp(term.bytes, word, length) == 0; });
}

void append_string(StringInfo json, const char* before, const char* string) {
    appendStringInfoString(json, before);
    escape_json(json, string);
}

}  // namespace

bool DescribedProduct::read(const bridge::ShopTables& shop, int64 product_id) {
    bridge::Parameters parameters;
    parameters.add(INT8OID, Int64GetDatum(product_id));
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    bridge::execute_reading(psprintf("SELECT p.sku, p.name, p.brand, c.name, p.description, c.category_id"
                                     " FROM %s p LEFT JOIN %s c ON c.category_id OPERATOR(pg_catalog.=) p.category_id WHERE p.product_id OPERATOR(pg_catalog.=) $1",
                                     bridge::qualified_name(shop.products), bridge::qualified_name(shop.categories)),
                            parameters);
    const bool found = SPI_processed > 0;
    if (found) {
        MemoryContext connected = MemoryContextSwitchTo(caller);
        HeapTuple row = SPI_tuptable->vals[0];
        text = {text_in(row, 1), text_in(row, 2), text_in(row, 3), text_in(row, 4), text_in(row, 5)};
        bool no_category;
        category_id = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 6, &no_category));
        has_category = !no_category;
        MemoryContextSwitchTo(connected);
    }
    bridge::finish();
    return found;
}

void Likeness::open(const bridge::ShopTables& shop, int64 product_id) {
    shop_ = shop;
    index_ = current_index();
    product_ = {};
    product_.read(shop, product_id);
    StringInfoData text;
    initStringInfo(&text);
    for (const Text& field : {product_.text.name, product_.text.brand, product_.text.category}) {
        appendBinaryStringInfo(&text, field.bytes, pg_mbcliplen(field.bytes, field.length, kMostNameBytes));
        appendStringInfoChar(&text, ' ');
    }
    char* plain = plain_words(text.data, text.len);
    words_ = static_cast<Word*>(palloc(sizeof(Word) * (strlen(plain) / 2 + 1)));
    word_count_ = 0;
    char* rest;
    for (char* word = strtok_r(plain, " ", &rest); word != nullptr; word = strtok_r(nullptr, " ", &rest)) {
        const char* stem = stem_of(index_.configuration, word);
        if (std::none_of(words_, words_ + word_count_, [&](const Word& known) { return strcmp(known.stem, stem) == 0; })) {
            words_[word_count_++] = {word, stem};
        }
    }
}

Jsonb* Likeness::with(int64 product_id) const {
    CHECK_FOR_INTERRUPTS();
    MemoryContext memory = AllocSetContextCreate(CurrentMemoryContext, "shopsmart likeness", ALLOCSET_DEFAULT_SIZES);
    MemoryContext caller = MemoryContextSwitchTo(memory);
    DescribedProduct other{};
    other.read(shop_, product_id);
    const Terms terms = product_terms(index_.configuration, other.text);
    StringInfoData json;
    initStringInfo(&json);
    if (product_.has_category && other.has_category && product_.category_id == other.category_id) {
        append_string(&json, ", \"category\": ", pnstrdup(other.text.category.bytes, other.text.category.length));
    }
    if (are_equal(product_.text.brand, other.text.brand)) {
        append_string(&json, ", \"brand\": ", pnstrdup(other.text.brand.bytes, other.text.brand.length));
    }
    appendStringInfoString(&json, ", \"words\": [");
    const char* separator = "";
    for (int i = 0; i < word_count_; i++) {
        if (holds(terms, words_[i].stem)) {
            append_string(&json, separator, words_[i].written);
            separator = ", ";
        }
    }
    const char* in_common = psprintf("{%s]}", json.data + 2);
    MemoryContextSwitchTo(caller);
    Jsonb* result = bridge::parse_json(in_common);
    MemoryContextDelete(memory);
    return result;
}

}  // namespace shopsmart::search
