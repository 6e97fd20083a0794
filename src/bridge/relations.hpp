// Where the tables are: the extension's own by name, the shop's by the row of shopsmart.shop.
#pragma once

#include "bridge/pg.hpp"

#include "core/history_weights.hpp"

namespace shopsmart::bridge {

// The extension's tables and their primary keys.
struct ModelTables {
    Oid shop;
    Oid generations, generations_key;
    Oid neighbors, neighbors_key;
    Oid ranked_lists, ranked_lists_key;
    Oid session_lists, session_lists_key;
};

// The tables of the search index, and the queries to suggest.
struct SearchTables {
    Oid indexes, indexes_key;
    Oid postings, postings_key;
    Oid documents, documents_key;
    Oid words, words_key;
    Oid names, names_key;
    Oid phrases, phrases_key;
    Oid changes, changes_key;
    Oid suggested_queries, suggested_queries_key;
};

// The shop's tables, as shopsmart_setup() noted them.
struct ShopTables {
    Oid categories, products, users, event_types, events, event_keys;
};

// Raises 55000 when they are missing or of another version.
const ModelTables& model_tables();
const SearchTables& search_tables();

// Raises 55000 when the shop has no tables yet.
ShopTables shop_tables();

// The quoted, schema-qualified name, for SQL text.
const char* qualified_name(Oid relation);

// The current generation of a kind of model, 0 when it was never built. reading: how it wants histories to be read.
int64 current_generation(const char* kind, core::ReadingOptions* reading = nullptr);
// The same for upkeep that a writer of the shop's tables causes: it needs no right of his.
int64 current_generation_for_upkeep(const char* kind, core::ReadingOptions* reading = nullptr);

// Whether the caller may SELECT from the whole relation.
bool may_select(Oid relation);
// Raises 42501 unless he may.
void require_select(Oid relation);

// Whether reading the relation without SQL gives the caller the rows that SQL would give: he may SELECT from the whole
// table, no row security applies to him, no column is computed when it is read, and shopsmart.direct_reads is on.
bool may_read_directly(Oid relation);

// An index that the read path would like: a btree whose leading key columns, and the columns behind them, are these.
// Wishes are static objects: the address of one names it in the cache.
struct IndexWish {
    struct Column {
        const char* name;
        bool descending;
    };
    int key_count;
    Column keys[4];
    int included_count;
    const char* included[2];
    bool unique = false;  // at most one row a key
};

// A complete, valid index that grants the wish, InvalidOid when there is none. Remembered until relations change.
Oid find_index(Oid relation, const IndexWish& wish);

}  // namespace shopsmart::bridge
