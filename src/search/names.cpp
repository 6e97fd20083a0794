#include "search/names.hpp"

#include "bridge/index_cursor.hpp"
#include "bridge/query.hpp"
#include "search/accents.hpp"
#include "search/index_format.hpp"
#include "search/phrases.hpp"
#include "search/terms.hpp"

#include <algorithm>
#include <iterator>
#include <string_view>
#include <tuple>

namespace shopsmart::search {

namespace {

constexpr int kMostNameBytes = 255;
constexpr int kMostWordsOfText = 4;  // names of brands and categories are short

// An entry of shopsmart.search_names.names. Its plain words and the name as it is written follow.
struct NameEntry {
    int64 category_id;
    uint32 products;
    NameKind kind;
    uint32 plain_length;
    uint32 name_length;
};

// Categories count the products of their descendants. UNION ends where a cycle of parents begins again.
constexpr const char* kNamesSql = R"(
WITH RECURSIVE held AS (
    SELECT p.category_id, pg_catalog.count(*) AS products FROM %1$s p WHERE p.category_id IS NOT NULL GROUP BY p.category_id
), up AS (
    SELECT h.category_id, h.category_id AS ancestor FROM held h
    UNION
    SELECT u.category_id, c.parent_id FROM up u JOIN %2$s c ON c.category_id OPERATOR(pg_catalog.=) u.ancestor WHERE c.parent_id IS NOT NULL
)
SELECT n.kind, n.category_id, n.name, n.products FROM (
    SELECT 0 AS kind, 0::bigint AS category_id, p.brand AS name, pg_catalog.count(*) AS products
    FROM %1$s p WHERE p.brand IS NOT NULL GROUP BY p.brand
    UNION ALL
    SELECT 1, c.category_id, c.name, s.products::bigint
    FROM (SELECT u.ancestor, pg_catalog.sum(h.products) AS products FROM up u JOIN held h ON h.category_id OPERATOR(pg_catalog.=) u.category_id GROUP BY u.ancestor) s
    JOIN %2$s c ON c.category_id OPERATOR(pg_catalog.=) s.ancestor
) n ORDER BY n.products DESC, n.kind, n.category_id, n.name COLLATE "C" LIMIT 20000)";

struct NameRows {
    bridge::BulkWriter* writer;
    int64 generation;
    int64 part;
    StringInfoData packed;

    void flush() {
        if (packed.len == 0) {
            return;
        }
        MemoryContext callers = MemoryContextSwitchTo(writer->value_memory());
        const Datum values[] = {Int64GetDatum(generation), Int64GetDatum(part++), PointerGetDatum(cstring_to_text_with_len(packed.data, packed.len))};
        MemoryContextSwitchTo(callers);
        writer->add(values);
        resetStringInfo(&packed);
    }

    void add(NameKind kind, int64 category_id, const text* name, int64 products) {
        const char* bytes = VARDATA_ANY(name);
        const int length = static_cast<int>(VARSIZE_ANY_EXHDR(name));
        const char* plain = length > kMostNameBytes ? "" : plain_words(bytes, length);
        const Size plain_length = strlen(plain);
        if (plain_length == 0 || plain_length > kMostNameBytes) {
            return;
        }
        const NameEntry entry{category_id, static_cast<uint32>(std::min<int64>(products, PG_UINT32_MAX)), kind, static_cast<uint32>(plain_length), static_cast<uint32>(length)};
        if (packed.len + static_cast<int>(sizeof entry + plain_length) + length > kWordBytesInRow) {
            flush();
        }
        appendBinaryStringInfo(&packed, reinterpret_cast<const char*>(&entry), sizeof entry);
        appendBinaryStringInfo(&packed, plain, static_cast<int>(plain_length));
        appendBinaryStringInfo(&packed, bytes, length);
    }
};

bool is_better(const FoundName& a, const FoundName& b) {
    const auto rank = [](const FoundName& name) { return std::make_tuple(-name.words, !name.at_start, -static_cast<int64>(name.products)); };
    return rank(a) != rank(b) ? rank(a) < rank(b)
                              : std::make_tuple(std::string_view(a.bytes, a.length), a.category_id) < std::make_tuple(std::string_view(b.bytes, b.length), b.category_id);
}

struct Endings {
    std::string_view texts[kMostWordsOfText];  // the last word, the last two words, ...
    int count;
};

Endings endings(std::string_view typed) {
    Endings result{{}, 0};
    std::size_t start = typed.size();
    while (start > 0 && result.count < kMostWordsOfText) {
        const std::size_t space = typed.rfind(' ', start - 1);
        const std::size_t from = space == std::string_view::npos ? 0 : space + 1;
        result.texts[result.count++] = typed.substr(from);
        start = from == 0 ? 0 : from - 1;
    }
    return result;
}

// Sets words and at_start; false when the name goes on with none of them.
bool goes_on(std::string_view plain, const Endings& endings, FoundName* found) {
    found->words = 0;
    for (std::size_t at = 0; at < plain.size(); at = plain.find(' ', at) == std::string_view::npos ? plain.size() : plain.find(' ', at) + 1) {
        for (int words = endings.count; words > found->words; words--) {
            if (plain.substr(at).starts_with(endings.texts[words - 1])) {
                found->words = words;
                found->at_start = at == 0;
            }
        }
    }
    return found->words > 0;
}

}  // namespace

char* plain_words(const char* text, int length) {
    StringInfoData folded;
    StringInfoData plain;
    initStringInfo(&folded);
    initStringInfo(&plain);
    append_folded(&folded, text, length);
    bool joins = false;
    for (int at = 0; at < folded.len; at++) {
        int end = at;
        while (end < folded.len && (is_word_byte(folded.data[end]) || (folded.data[end] == '\'' && end > at))) {
            end++;
        }
        if (end > at) {
            appendStringInfo(&plain, "%s%s", plain.len == 0 ? "" : joins ? " and " : " ", lowercase_word(folded.data + at, end - at));
            joins = false;
            at = end - 1;
        }
        joins = joins || folded.data[at] == '&';
    }
    return plain.data;
}

void write_names(bridge::BulkWriter& writer, const bridge::ShopTables& shop, int64 generation, PhraseRows& phrases) {
    NameRows rows{&writer, generation, 0, {}};
    initStringInfo(&rows.packed);
    const char* sql = psprintf(kNamesSql, bridge::qualified_name(shop.products), bridge::qualified_name(shop.categories));
    bridge::connect();
    if (SPI_execute(sql, false, 0) != SPI_OK_SELECT) {
        elog(ERROR, "reading the names of brands and categories failed");
    }
    for (uint64 i = 0; i < SPI_processed; i++) {
        CHECK_FOR_INTERRUPTS();
        Datum values[4];
        bool nulls[4];
        heap_deform_tuple(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, values, nulls);
        if (!nulls[2]) {
            rows.add(static_cast<NameKind>(DatumGetInt32(values[0])), DatumGetInt64(values[1]), DatumGetTextPP(values[2]), DatumGetInt64(values[3]));
            phrases.add_name(static_cast<NameKind>(DatumGetInt32(values[0])), DatumGetInt64(values[1]), DatumGetTextPP(values[2]), DatumGetInt64(values[3]));
        }
    }
    rows.flush();
    bridge::finish();
}

int find_names(const Index& index, NameKind kind, const char* typed, FoundName* found) {
    const Endings wanted = endings(typed);
    const bridge::SearchTables& tables = bridge::search_tables();
    bridge::IndexCursor cursor;
    cursor.open(tables.names, tables.names_key, 1);
    const Datum key = Int64GetDatum(index.generation);
    cursor.seek(&key);
    int count = 0;
    while (wanted.count > 0 && cursor.next()) {
        CHECK_FOR_INTERRUPTS();
        bool is_null;
        const auto* packed = reinterpret_cast<const bytea*>(DatumGetPointer(slot_getattr(cursor.slot, 3, &is_null)));
        const char* at = VARDATA_ANY(packed);
        const char* end = at + VARSIZE_ANY_EXHDR(packed);
        while (at < end) {
            NameEntry entry;
            if (static_cast<Size>(end - at) < sizeof entry) {
                raise_damaged();
            }
            memcpy(&entry, at, sizeof entry);
            at += sizeof entry;
            if (entry.plain_length > kMostNameBytes || entry.name_length > kMostNameBytes || entry.plain_length + entry.name_length > static_cast<Size>(end - at)) {
                raise_damaged();
            }
            FoundName name{at + entry.plain_length, static_cast<int>(entry.name_length), entry.category_id, entry.products, 0, false};
            if (entry.kind == kind && goes_on({at, entry.plain_length}, wanted, &name) && (count < kMostNames || is_better(name, found[count - 1]))) {
                name.bytes = pnstrdup(name.bytes, name.length);
                count = std::min(count, kMostNames - 1);
                FoundName* place = std::upper_bound(found, found + count, name, is_better);
                std::move_backward(place, found + count, found + count + 1);
                *place = name;
                count++;
            }
            at += entry.plain_length + entry.name_length;
        }
    }
    cursor.close();
    // What goes on with fewer words than another one is not meant.
    while (count > 0 && found[count - 1].words < found[0].words) {
        count--;
    }
    return count;
}

}  // namespace shopsmart::search
