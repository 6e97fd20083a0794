#include "search/phrases.hpp"

#include "bridge/json_object.hpp"
#include "bridge/query.hpp"
#include "search/terms.hpp"
#include "settings.hpp"

#include <algorithm>
#include <string_view>
#include <tuple>

namespace shopsmart::search {

namespace {

constexpr int kMostNameBytes = 255;
constexpr Size kMostAddedBytes = 4000;  // of the spellings of one name, or the categories of that name

// Numbers are values like texts; arrays stand for each of their elements.
constexpr const char* kAttributesSql = R"(
SELECT v.key, v.element OPERATOR(pg_catalog.#>>) '{}'::text[], v.products, v.adds FROM (
    SELECT e.key, e.element, pg_catalog.count(*) AS products, pg_catalog.jsonb_build_object('attributes', pg_catalog.jsonb_build_object(e.key,
               CASE WHEN e.in_array THEN pg_catalog.jsonb_build_array(e.element) ELSE e.element END)) AS adds
    FROM (SELECT a.key, t.element, pg_catalog.jsonb_typeof(p.attributes OPERATOR(pg_catalog.->) a.key) OPERATOR(pg_catalog.=) 'array' AS in_array
          FROM %s p
          CROSS JOIN (SELECT DISTINCT pg_catalog.btrim(k) AS key FROM pg_catalog.unnest(pg_catalog.string_to_array($1, ',')) AS k) AS a
          CROSS JOIN LATERAL pg_catalog.jsonb_array_elements(CASE pg_catalog.jsonb_typeof(p.attributes OPERATOR(pg_catalog.->) a.key)
              WHEN 'array' THEN p.attributes OPERATOR(pg_catalog.->) a.key WHEN 'string' THEN pg_catalog.jsonb_build_array(p.attributes OPERATOR(pg_catalog.->) a.key)
              WHEN 'number' THEN pg_catalog.jsonb_build_array(p.attributes OPERATOR(pg_catalog.->) a.key) ELSE '[]'::jsonb END) AS t (element)
          WHERE p.attributes OPERATOR(pg_catalog.?|) (SELECT pg_catalog.array_agg(pg_catalog.btrim(k)) FROM pg_catalog.unnest(pg_catalog.string_to_array($1, ',')) AS k)) AS e
    WHERE pg_catalog.jsonb_typeof(e.element) OPERATOR(pg_catalog.=) ANY ('{string,number}'::text[])
    GROUP BY e.key, e.element, e.in_array
) v ORDER BY v.products DESC, v.key COLLATE "C", v.element LIMIT 10000)";

// A value that says nothing by itself: a number, or one letter.
bool needs_name(const text* value) {
    const char* bytes = VARDATA_ANY(value);
    const int length = static_cast<int>(VARSIZE_ANY_EXHDR(value));
    return length < 2 || std::none_of(bytes, bytes + length, [](char c) { return is_word_byte(c) && (c < '0' || c > '9'); });
}

}  // namespace

const char* stem_of(Oid configuration, const char* word) {
    const Terms terms = query_terms(configuration, cstring_to_text(word));
    return terms.count == 0 ? word : pnstrdup(terms.terms[0].bytes, terms.terms[0].length);
}

void PhraseRows::open(const Index& index) {
    index_ = index;
    memory_ = CurrentMemoryContext;
    count_ = 0;
    capacity_ = 1024;
    phrases_ = static_cast<Phrase*>(palloc(sizeof(Phrase) * capacity_));
}

// nullptr when it has no words or too many.
const char* PhraseRows::stems_of(const text* name) const {
    if (VARSIZE_ANY_EXHDR(name) > kMostNameBytes) {
        return nullptr;
    }
    StringInfoData stems;
    initStringInfo(&stems);
    char* plain = plain_words(VARDATA_ANY(name), static_cast<int>(VARSIZE_ANY_EXHDR(name)));
    int words = 0;
    for (char* word = plain; word != nullptr && *word != '\0'; words++) {
        char* space = strchr(word, ' ');
        if (space != nullptr) {
            *space = '\0';
        }
        appendStringInfo(&stems, "%s%s", words > 0 ? " " : "", stem_of(index_.configuration, word));
        word = space == nullptr ? nullptr : space + 1;
    }
    return words == 0 || words > kMostPhraseWords ? nullptr : stems.data;
}

void PhraseRows::add(const char* stems, const char* field, int64 products, bool is_certain, Jsonb* adds) {
    if (count_ == capacity_) {
        capacity_ *= 2;
        phrases_ = static_cast<Phrase*>(repalloc_huge(phrases_, sizeof(Phrase) * capacity_));
    }
    phrases_[count_++] = {stems, field, products, is_certain, adds};
}

void PhraseRows::add_name(NameKind kind, int64 category_id, const text* name, int64 products) {
    MemoryContext caller = MemoryContextSwitchTo(memory_);
    const char* field = kind == NameKind::brand ? "brand" : "category";
    if (const char* stems = stems_of(name)) {
        add(stems, field, products, false,
            bridge::object_of(field, kind == NameKind::brand ? bridge::array_of_string(text_to_cstring(name)) : bridge::parse_json(psprintf("[" INT64_FORMAT "]", category_id))));
    }
    MemoryContextSwitchTo(caller);
}

void PhraseRows::add_attribute_values(const bridge::ShopTables& shop) {
    bridge::Parameters parameters;
    parameters.add(TEXTOID, CStringGetTextDatum(settings::search_attributes()));
    const char* sql = psprintf(kAttributesSql, bridge::qualified_name(shop.products));
    bridge::connect();
    if (SPI_execute_with_args(sql, parameters.count, parameters.types, parameters.values, nullptr, false, 0) != SPI_OK_SELECT) {
        elog(ERROR, "reading the values of attributes failed");
    }
    MemoryContext connected = MemoryContextSwitchTo(memory_);
    for (uint64 i = 0; i < SPI_processed; i++) {
        CHECK_FOR_INTERRUPTS();
        Datum values[4];
        bool nulls[4];
        heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
        const text* key = DatumGetTextPP(values[0]);
        const text* value = DatumGetTextPP(values[1]);
        Jsonb* adds = DatumGetJsonbPCopy(values[3]);
        const char* stems = stems_of(value);
        const char* key_stems = stems_of(key);
        if (stems == nullptr || key_stems == nullptr || VARSIZE(adds) > kMostAddedBytes) {
            continue;
        }
        const char* field = psprintf("attributes.%s", text_to_cstring(key));
        add(psprintf("%s %s", key_stems, stems), field, DatumGetInt64(values[2]), true, adds);
        if (!needs_name(value)) {
            add(stems, field, DatumGetInt64(values[2]), false, adds);
        }
    }
    MemoryContextSwitchTo(connected);
    bridge::finish();
}

bool PhraseRows::is_before(const Phrase& a, const Phrase& b) {
    const int stems = strcmp(a.stems, b.stems);
    const int fields = strcmp(a.field, b.field);
    return stems != 0 ? stems < 0 : fields != 0 ? fields < 0 : a.products > b.products;
}

void PhraseRows::write(bridge::BulkWriter& writer) {
    std::stable_sort(phrases_, phrases_ + count_, is_before);
    for (int at = 0; at < count_;) {
        const char* stems = phrases_[at].stems;
        Phrase best{stems, nullptr, -1, false, nullptr};
        while (at < count_ && strcmp(phrases_[at].stems, stems) == 0) {
            CHECK_FOR_INTERRUPTS();
            // Spellings of a brand, and categories of the same name, are meant together.
            Phrase meaning = phrases_[at++];
            const bool adds_up = strcmp(meaning.field, "brand") == 0 || strcmp(meaning.field, "category") == 0;
            for (; at < count_ && strcmp(phrases_[at].stems, stems) == 0 && strcmp(phrases_[at].field, meaning.field) == 0; at++) {
                if (adds_up && VARSIZE(meaning.adds) < kMostAddedBytes) {
                    meaning.adds = bridge::with_field(meaning.adds, phrases_[at].adds);
                    meaning.products += phrases_[at].products;
                }
            }
            if (std::make_tuple(meaning.is_certain, meaning.products) > std::make_tuple(best.is_certain, best.products)) {
                best = meaning;
            }
        }
        MemoryContext callers = MemoryContextSwitchTo(writer.value_memory());
        const Datum values[] = {Int64GetDatum(index_.generation), CStringGetTextDatum(best.stems), CStringGetTextDatum(best.field), Int64GetDatum(best.products),
                                BoolGetDatum(best.is_certain), JsonbPGetDatum(best.adds)};
        MemoryContextSwitchTo(callers);
        writer.add(values);
    }
}

void Phrases::open(const Index& index) {
    index_ = index;
    const bridge::SearchTables& tables = bridge::search_tables();
    phrases_.open(tables.phrases, tables.phrases_key, 2);
    postings_.open(tables.postings, tables.postings_key, 2);
}

// Of the rarest word; 0 when it has none that products can hold.
int64 Phrases::products_holding(const char* stems) {
    int64 least = 0;
    for (const char* stem = stems; stem != nullptr;) {
        const char* space = strchr(stem, ' ');
        const int length = space == nullptr ? static_cast<int>(strlen(stem)) : static_cast<int>(space - stem);
        const Datum key[] = {Int64GetDatum(index_.generation), PointerGetDatum(cstring_to_text_with_len(stem, length))};
        postings_.seek(key);
        if (postings_.next()) {
            bool is_null;
            const int64 products = DatumGetInt32(slot_getattr(postings_.slot, 4, &is_null));
            least = least == 0 ? products : std::min(least, products);
        }
        stem = space == nullptr ? nullptr : space + 1;
    }
    return least;
}

bool Phrases::find(const char* stems, Meaning* meaning) {
    const Datum key[] = {Int64GetDatum(index_.generation), PointerGetDatum(cstring_to_text(stems))};
    phrases_.seek(key);
    if (!phrases_.next()) {
        return false;
    }
    slot_getallattrs(phrases_.slot);
    const Datum* values = phrases_.slot->tts_values;
    *meaning = {TextDatumGetCString(values[2]), DatumGetInt64(values[3]), DatumGetJsonbPCopy(values[5])};
    // Values of attributes and categories above others need not stand in any text. A brand that does not is made of stop words.
    const int64 holding = products_holding(stems);
    return DatumGetBool(values[4]) || (2 * meaning->products >= holding && (holding > 0 || strcmp(meaning->field, "brand") != 0));
}

void Phrases::close() {
    postings_.close();
    phrases_.close();
}

}  // namespace shopsmart::search
