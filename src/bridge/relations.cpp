#include "bridge/relations.hpp"

#include "bridge/index_cursor.hpp"
#include "bridge/reading.hpp"
#include "compat/pg_compat.hpp"
#include "settings.hpp"

#include <initializer_list>

namespace shopsmart::bridge {

namespace {

// Both caches are emptied by any change to any relation: changes are rare, and looking things up again is cheap.
ModelTables cached_models;
bool models_known = false;
SearchTables cached_search;
bool search_known = false;
uint64 changes = 0;

struct IndexKey {
    Oid relation;
    const IndexWish* wish;
};
struct IndexEntry {
    IndexKey key;
    Oid index;
};
HTAB* cached_indexes = nullptr;

void forget_relations(Datum, Oid) {
    changes++;
    models_known = false;
    search_known = false;
    if (cached_indexes != nullptr) {
        hash_destroy(cached_indexes);
        cached_indexes = nullptr;
    }
}

void watch_relations() {
    static bool watching = false;
    if (!watching) {
        CacheRegisterRelcacheCallback(forget_relations, Datum{0});
        watching = true;
    }
}

bool column_is(TupleDesc descriptor, AttrNumber number, const char* name) {
    return number > 0 && strcmp(NameStr(TupleDescAttr(descriptor, number - 1)->attname), name) == 0;
}

// How far an index is what a reader wishes for. An entry holds the included columns of the newest row alone where rows were
// changed in place before the index was made: whoever may see older ones has to wait, as the planner does.
enum class Grant { none, later, now };

Grant grants(Relation table, Oid index, const IndexWish& wish) {
    Relation relation = index_open(index, AccessShareLock);
    const Form_pg_index form = relation->rd_index;
    TupleDesc columns = RelationGetDescr(table);
    bool good = form->indisvalid && (form->indisunique || !wish.unique) && relation->rd_rel->relam == BTREE_AM_OID && form->indnkeyatts >= wish.key_count
                && form->indnatts >= wish.key_count + wish.included_count && RelationGetIndexPredicate(relation) == NIL
                && RelationGetIndexExpressions(relation) == NIL;
    for (int i = 0; good && i < wish.key_count; i++) {
        const bool descending = (relation->rd_indoption[i] & INDOPTION_DESC) != 0;
        good = column_is(columns, form->indkey.values[i], wish.keys[i].name) && descending == wish.keys[i].descending;
    }
    for (int i = 0; good && i < wish.included_count; i++) {
        good = column_is(columns, form->indkey.values[wish.key_count + i], wish.included[i]);
    }
    const bool is_settled = wish.included_count == 0 || !form->indcheckxmin
                            || TransactionIdPrecedes(HeapTupleHeaderGetXmin(relation->rd_indextuple->t_data), TransactionXmin);
    index_close(relation, AccessShareLock);
    return !good ? Grant::none : is_settled ? Grant::now : Grant::later;
}

// A table of the extension as sql/schema.sql makes it. Code reads and writes its columns by number, so that the tables of
// another version must be told from those of this one.
struct OwnTable {
    const char* name;
    int column_count;
    struct Column {
        const char* name;
        Oid type;
    } columns[10];
    IndexWish key;
};

const OwnTable kShop{"shop", 7, {{"singleton", BOOLOID}, {"categories", REGCLASSOID}, {"products", REGCLASSOID}, {"users", REGCLASSOID},
                                 {"event_types", REGCLASSOID}, {"events", REGCLASSOID}, {"event_keys", REGCLASSOID}},
                     {1, {{"singleton", false}}, 0, {}}};
const OwnTable kGenerations{"generations", 10, {{"kind", TEXTOID}, {"generation", INT8OID}, {"as_of", TIMESTAMPTZOID},
                                                {"lookback", INTERVALOID}, {"built_at", TIMESTAMPTZOID}, {"model", TEXTOID},
                                                {"history_events", INT4OID}, {"history_half_life", INT4OID},
                                                {"history_exponent", FLOAT8OID}, {"scored_neighbors", INT4OID}},
                            {1, {{"kind", false}}, 0, {}}};
const OwnTable kNeighbors{"neighbors", 5, {{"product_id", INT8OID}, {"generation", INT8OID}, {"neighbor_ids", INT8ARRAYOID},
                                           {"scores", FLOAT8ARRAYOID}, {"co_counts", INT4ARRAYOID}},
                          {2, {{"product_id", false}, {"generation", false}}, 0, {}}};
const OwnTable kRankedLists{"ranked_lists", 6, {{"generation", INT8OID}, {"time_window", TEXTOID}, {"category_id", INT8OID},
                                                {"first_rank", INT4OID}, {"product_ids", INT8ARRAYOID}, {"scores", FLOAT8ARRAYOID}},
                            {4, {{"generation", false}, {"time_window", false}, {"category_id", false}, {"first_rank", false}}, 0, {}}};

const OwnTable kSessionLists{"session_lists", 8, {{"product_id", INT8OID}, {"generation", INT8OID}, {"rarity", FLOAT8OID},
                                                  {"sessions", INT4ARRAYOID}, {"weights", FLOAT8ARRAYOID}, {"window_ends", INT4ARRAYOID},
                                                  {"places", INT4ARRAYOID}, {"window_products", INT8ARRAYOID}},
                             {2, {{"product_id", false}, {"generation", false}}, 0, {}}};
const OwnTable kSearchIndexes{"search_indexes", 5, {{"generation", INT8OID}, {"configuration", TEXTOID}, {"documents", INT8OID},
                                                    {"mean_name_length", FLOAT8OID}, {"mean_description_length", FLOAT8OID}},
                              {1, {{"generation", false}}, 0, {}}};
const OwnTable kSearchPostings{"search_postings", 5, {{"generation", INT8OID}, {"term", TEXTOID}, {"part", INT4OID}, {"documents", INT4OID},
                                                      {"postings", BYTEAOID}},
                               {3, {{"generation", false}, {"term", false}, {"part", false}}, 0, {}}};
const OwnTable kSearchDocuments{"search_documents", 3, {{"generation", INT8OID}, {"part", INT8OID}, {"product_ids", INT8ARRAYOID}},
                                {2, {{"generation", false}, {"part", false}}, 0, {}}};
const OwnTable kSearchWords{"search_words", 4, {{"generation", INT8OID}, {"length", INT8OID}, {"part", INT4OID}, {"words", BYTEAOID}},
                            {3, {{"generation", false}, {"length", false}, {"part", false}}, 0, {}}};
const OwnTable kSearchNames{"search_names", 3, {{"generation", INT8OID}, {"part", INT8OID}, {"names", BYTEAOID}},
                            {2, {{"generation", false}, {"part", false}}, 0, {}}};
const OwnTable kSearchPhrases{"search_phrases", 6, {{"generation", INT8OID}, {"phrase", TEXTOID}, {"field", TEXTOID}, {"products", INT8OID},
                                                    {"is_certain", BOOLOID}, {"adds", JSONBOID}},
                              {2, {{"generation", false}, {"phrase", false}}, 0, {}}};
const OwnTable kSearchChanges{"search_changes", 4, {{"product_id", INT8OID}, {"change_id", INT8OID}, {"terms", TEXTARRAYOID},
                                                    {"occurrences", INT4ARRAYOID}},
                              {2, {{"product_id", false}, {"change_id", false}}, 0, {}}};
const OwnTable kSuggestedQueries{"suggested_queries", 3, {{"normalized_query", TEXTOID}, {"query", TEXTOID}, {"users", INT8OID}},
                                 {1, {{"normalized_query", false}}, 0, {}}};

bool is_as_made(Oid oid, const OwnTable& own) {
    Relation table = table_open(oid, AccessShareLock);
    TupleDesc columns = RelationGetDescr(table);
    bool same = columns->natts == own.column_count;
    for (int i = 0; same && i < own.column_count; i++) {
        const FormData_pg_attribute* column = TupleDescAttr(columns, i);
        same = !column->attisdropped && column->atttypid == own.columns[i].type && strcmp(NameStr(column->attname), own.columns[i].name) == 0;
    }
    table_close(table, NoLock);
    return same && OidIsValid(find_index(oid, own.key));
}

// The table, and the index of its primary key where the caller wants it.
Oid own_table(Oid schema, const OwnTable& own, Oid* key = nullptr) {
    const Oid table = get_relname_relid(own.name, schema);
    if (!OidIsValid(table) || get_rel_relkind(table) != RELKIND_RELATION) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table shopsmart.%s is missing", own.name),
                        errhint("Run CREATE EXTENSION shopsmart, or ALTER EXTENSION shopsmart UPDATE after a new version of the library.")));
    }
    if (!is_as_made(table, own)) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("table shopsmart.%s is of another version", own.name),
                        errdetail("The library is of version %s.", SHOPSMART_VERSION),
                        errhint("Run ALTER EXTENSION shopsmart UPDATE, or install the library of the extension's version.")));
    }
    if (key != nullptr) {
        *key = find_index(table, own.key);
    }
    return table;
}

// Where the session last saw the row of a kind. A hint, never an answer: the row there counts only if the caller's snapshot
// sees it and it is of that kind. Since kinds are unique, it is then the row that the index would have led to.
ItemPointerData& place_of_generation(const char* kind) {
    static struct {
        char kind[NAMEDATALEN];
        ItemPointerData place;
    } known[8];
    for (auto& one : known) {
        if (strcmp(one.kind, kind) == 0) {
            return one.place;
        }
        if (one.kind[0] == '\0') {
            strlcpy(one.kind, kind, NAMEDATALEN);
            return one.place;
        }
    }
    return known[0].place;
}

int64 generation_in(TupleTableSlot* slot, core::ReadingOptions* reading) {
    constexpr int kFirstOfReading = 7;
    if (reading != nullptr) {
        *reading = reading_of(reading_columns(slot, kFirstOfReading));
    }
    bool is_null;
    return DatumGetInt64(slot_getattr(slot, 2, &is_null));
}

bool read_generation_at(Relation generations, ItemPointerData place, const char* kind, int64* generation, core::ReadingOptions* reading) {
    if (!ItemPointerIsValid(&place) || ItemPointerGetBlockNumber(&place) >= RelationGetNumberOfBlocks(generations)) {
        return false;
    }
    TupleTableSlot* slot = table_slot_create(generations, nullptr);
    bool found = table_tuple_fetch_row_version(generations, &place, GetActiveSnapshot(), slot);
    if (found) {
        bool is_null;
        const text* there = DatumGetTextPP(slot_getattr(slot, 1, &is_null));
        found = VARSIZE_ANY_EXHDR(there) == strlen(kind) && memcmp(VARDATA_ANY(there), kind, strlen(kind)) == 0;
        if (found) {
            *generation = generation_in(slot, reading);
        }
    }
    ExecDropSingleTupleTableSlot(slot);
    return found;
}

[[noreturn]] void raise_gone(Oid relation) {
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("a table of the shop is gone"),
                    errdetail("shopsmart.shop names relation %u, which does not exist.", relation),
                    errhint("Call shopsmart_setup() to make it again.")));
    pg_unreachable();
}

// Looked up once for each change to any relation.
void require_existing(const ShopTables& tables) {
    static ShopTables checked{};
    static uint64 checked_at = 0;
    if (checked_at == changes && memcmp(&checked, &tables, sizeof checked) == 0) {
        return;
    }
    const uint64 changes_before = changes;
    for (Oid table : {tables.categories, tables.products, tables.users, tables.event_types, tables.events, tables.event_keys}) {
        if (!SearchSysCacheExists1(RELOID, ObjectIdGetDatum(table))) {
            raise_gone(table);
        }
    }
    checked = tables;
    checked_at = changes_before;
}

}  // namespace

const ModelTables& model_tables() {
    if (models_known) {
        return cached_models;
    }
    watch_relations();
    Oid schema = get_namespace_oid("shopsmart", true);
    if (!OidIsValid(schema)) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("schema shopsmart is missing"),
                        errhint("Run CREATE EXTENSION shopsmart.")));
    }
    const uint64 changes_before = changes;
    ModelTables found;
    found.shop = own_table(schema, kShop);
    found.generations = own_table(schema, kGenerations, &found.generations_key);
    found.neighbors = own_table(schema, kNeighbors, &found.neighbors_key);
    found.ranked_lists = own_table(schema, kRankedLists, &found.ranked_lists_key);
    found.session_lists = own_table(schema, kSessionLists, &found.session_lists_key);
    cached_models = found;
    models_known = changes == changes_before;
    return cached_models;
}

const SearchTables& search_tables() {
    if (search_known) {
        return cached_search;
    }
    watch_relations();
    const Oid schema = get_namespace_oid("shopsmart", false);
    const uint64 changes_before = changes;
    SearchTables found;
    found.indexes = own_table(schema, kSearchIndexes, &found.indexes_key);
    found.postings = own_table(schema, kSearchPostings, &found.postings_key);
    found.documents = own_table(schema, kSearchDocuments, &found.documents_key);
    found.words = own_table(schema, kSearchWords, &found.words_key);
    found.names = own_table(schema, kSearchNames, &found.names_key);
    found.phrases = own_table(schema, kSearchPhrases, &found.phrases_key);
    found.changes = own_table(schema, kSearchChanges, &found.changes_key);
    found.suggested_queries = own_table(schema, kSuggestedQueries, &found.suggested_queries_key);
    cached_search = found;
    search_known = changes == changes_before;
    return cached_search;
}

ShopTables shop_tables() {
    const Oid relation_oid = model_tables().shop;
    Relation relation = table_open(relation_oid, AccessShareLock);
    TableScanDesc scan = table_beginscan(relation, GetActiveSnapshot(), 0, nullptr);
    TupleTableSlot* slot = table_slot_create(relation, nullptr);
    ShopTables tables{};
    bool found = table_scan_getnextslot(scan, ForwardScanDirection, slot);
    if (found) {
        slot_getallattrs(slot);
        // Columns in the order of sql/schema.sql, behind the singleton.
        Oid* fields[] = {&tables.categories, &tables.products, &tables.users, &tables.event_types, &tables.events, &tables.event_keys};
        for (int i = 0; i < 6; i++) {
            *fields[i] = DatumGetObjectId(slot->tts_values[i + 1]);
        }
    }
    ExecDropSingleTupleTableSlot(slot);
    table_endscan(scan);
    table_close(relation, AccessShareLock);
    if (!found) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the shop has no tables yet"),
                        errhint("Call shopsmart_setup() first.")));
    }
    require_existing(tables);
    return tables;
}

const char* qualified_name(Oid relation) {
    char* name = get_rel_name(relation);
    if (name == nullptr) {
        raise_gone(relation);
    }
    return quote_qualified_identifier(get_namespace_name(get_rel_namespace(relation)), name);
}

int64 current_generation(const char* kind, core::ReadingOptions* reading) {
    require_select(model_tables().generations);
    return current_generation_for_upkeep(kind, reading);
}

int64 current_generation_for_upkeep(const char* kind, core::ReadingOptions* reading) {
    const ModelTables& models = model_tables();
    Relation generations = table_open(models.generations, AccessShareLock);
    ItemPointerData& place = place_of_generation(kind);
    int64 generation = 0;
    if (!read_generation_at(generations, place, kind, &generation, reading)) {
        IndexCursor cursor;
        cursor.open(generations, models.generations_key, 1);
        Datum key = PointerGetDatum(cstring_to_text(kind));
        cursor.seek(&key);
        if (cursor.next()) {
            generation = generation_in(cursor.slot, reading);
            place = cursor.slot->tts_tid;
        }
        cursor.close();
    }
    table_close(generations, AccessShareLock);
    return generation;
}

bool may_select(Oid relation) { return pg_class_aclcheck(relation, GetUserId(), ACL_SELECT) == ACLCHECK_OK; }

void require_select(Oid relation) {
    AclResult result = pg_class_aclcheck(relation, GetUserId(), ACL_SELECT);
    if (result != ACLCHECK_OK) {
        aclcheck_error(result, OBJECT_TABLE, get_rel_name(relation));
    }
}

bool may_read_directly(Oid relation) {
    return settings::direct_reads() && may_select(relation)
           && check_enable_rls(relation, InvalidOid, true) != RLS_ENABLED && !compat::has_virtual_columns(relation);
}

Oid find_index(Oid relation, const IndexWish& wish) {
    watch_relations();
    if (cached_indexes == nullptr) {
        HASHCTL control{};
        control.keysize = sizeof(IndexKey);
        control.entrysize = sizeof(IndexEntry);
        cached_indexes = hash_create("shopsmart indexes", 32, &control, HASH_ELEM | HASH_BLOBS);
    }
    IndexKey key;
    memset(&key, 0, sizeof key);  // padding takes part in the hash
    key.relation = relation;
    key.wish = &wish;
    auto* entry = static_cast<IndexEntry*>(hash_search(cached_indexes, &key, HASH_FIND, nullptr));
    if (entry != nullptr) {
        return entry->index;
    }
    Relation table = table_open(relation, AccessShareLock);
    List* indexes = RelationGetIndexList(table);
    Oid chosen = InvalidOid;
    bool must_wait = false;
    // An index of a table with partitions or heirs does not lead to their rows.
    const bool complete = table->rd_rel->relkind == RELKIND_RELATION && !table->rd_rel->relhassubclass;
    ListCell* cell;
    foreach (cell, indexes) {
        const Grant grant = complete ? grants(table, lfirst_oid(cell), wish) : Grant::none;
        if (grant == Grant::now) {
            chosen = lfirst_oid(cell);
            break;
        }
        must_wait = must_wait || grant == Grant::later;
    }
    list_free(indexes);
    table_close(table, AccessShareLock);
    // Opening relations may have delivered invalidations, which empty the cache.
    if (cached_indexes != nullptr && (OidIsValid(chosen) || !must_wait)) {
        entry = static_cast<IndexEntry*>(hash_search(cached_indexes, &key, HASH_ENTER, nullptr));
        entry->index = chosen;
    }
    return chosen;
}

}  // namespace shopsmart::bridge
