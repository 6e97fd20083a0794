// What the catalog calls its brands, categories and values of attributes, by the stems of the words: what a query means by them.
#pragma once

#include "bridge/bulk_writer.hpp"
#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"
#include "search/index.hpp"
#include "search/names.hpp"

namespace shopsmart::search {

inline constexpr int kMostPhraseWords = 5;

// The stem of a word in lower case; the word itself when the configuration makes nothing of it.
const char* stem_of(Oid configuration, const char* word);

// Collects names while an index is made, and writes them.
class PhraseRows {
public:
    void open(const Index& index);
    void add_name(NameKind kind, int64 category_id, const text* name, int64 products);
    // Values of the attributes that shopsmart.search_attributes names.
    void add_attribute_values(const bridge::ShopTables& shop);
    // Of several meanings of a phrase that with most products is written.
    void write(bridge::BulkWriter& writer);

private:
    struct Phrase {
        const char* stems;
        const char* field;   // brand, category, attributes.<key>
        int64 products;
        bool is_certain;     // it names the attribute
        Jsonb* adds;         // {"brand": ["Acme"]}
    };

    void add(const char* stems, const char* field, int64 products, bool is_certain, Jsonb* adds);
    const char* stems_of(const text* name) const;
    static bool is_before(const Phrase& a, const Phrase& b);

    Index index_;
    MemoryContext memory_;
    Phrase* phrases_;
    int count_;
    int capacity_;
};

struct Meaning {
    const char* field;
    int64 products;
    Jsonb* adds;
};

class Phrases {
public:
    void open(const Index& index);
    // What the phrase stands for: at least half of the products that hold its words have it. "apple watch band" does not want
    // products of the brand Apple when most products that name it are made for those.
    bool find(const char* stems, Meaning* meaning);
    void close();

private:
    int64 products_holding(const char* stems);

    Index index_;
    bridge::IndexCursor phrases_;
    bridge::IndexCursor postings_;
};

}  // namespace shopsmart::search
