#include "search/index.hpp"

#include "bridge/index_cursor.hpp"
#include "bridge/relations.hpp"
#include "search/index_format.hpp"

#include <algorithm>
#include <array>

namespace shopsmart::search {

namespace {

// Invalid when it has been dropped since.
Oid configuration_of(Datum name) { return get_ts_config_oid(textToQualifiedNameList(DatumGetTextPP(name)), true); }

// False for generation 0: there is no index.
bool find(int64 generation, Index* index) {
    if (generation == 0) {
        return false;
    }
    const bridge::SearchTables& tables = bridge::search_tables();
    bridge::IndexCursor cursor;
    cursor.open(tables.indexes, tables.indexes_key, 1);
    const Datum key = Int64GetDatum(generation);
    cursor.seek(&key);
    const bool found = cursor.next();
    if (found) {
        slot_getallattrs(cursor.slot);
        const Datum* values = cursor.slot->tts_values;
        *index = {generation, configuration_of(values[1]), DatumGetInt64(values[2]), DatumGetFloat8(values[3]), DatumGetFloat8(values[4])};
    }
    cursor.close();
    return found;
}

void check(const Index& index) {
    if (index.documents < 0 || index.documents > kMostDocuments) {
        raise_damaged();
    }
}

std::array<Oid, 7> tables_of_index() {
    const bridge::SearchTables& tables = bridge::search_tables();
    return {tables.indexes, tables.postings, tables.documents, tables.words, tables.names, tables.phrases, tables.changes};
}

}  // namespace

Index current_index() {
    const int64 generation = bridge::current_generation("search");
    for (Oid table : tables_of_index()) {
        bridge::require_select(table);
    }
    Index index;
    if (!find(generation, &index)) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("there is no search index"),
                        errhint("Call shopsmart_setup_search() first, or shopsmart_rebuild_search() after a restore.")));
    }
    if (!OidIsValid(index.configuration)) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("the text search configuration of the search index does not exist any more"),
                        errhint("Call shopsmart_rebuild_search() with another one.")));
    }
    check(index);
    return index;
}

bool find_usable_index(Index* index) {
    const std::array<Oid, 7> tables = tables_of_index();
    if (!std::all_of(tables.begin(), tables.end(), bridge::may_select) || !find(bridge::current_generation("search"), index) || !OidIsValid(index->configuration)) {
        return false;
    }
    check(*index);
    return true;
}

void raise_damaged() {
    ereport(ERROR, (errcode(ERRCODE_DATA_CORRUPTED), errmsg("the search index is damaged"), errhint("Call shopsmart_rebuild_search().")));
    pg_unreachable();
}

Oid configuration_for_upkeep() {
    Index index;
    const int64 generation = bridge::current_generation_for_upkeep("search");
    return find(generation, &index) && OidIsValid(index.configuration) ? index.configuration : getTSCurrentConfig(true);
}

text* configuration_name(Oid configuration) {
    HeapTuple row = SearchSysCache1(TSCONFIGOID, ObjectIdGetDatum(configuration));
    if (!HeapTupleIsValid(row)) {
        ereport(ERROR, (errcode(ERRCODE_UNDEFINED_OBJECT), errmsg("text search configuration %u does not exist", configuration)));
    }
    auto* named = reinterpret_cast<Form_pg_ts_config>(GETSTRUCT(row));
    text* name = cstring_to_text(quote_qualified_identifier(get_namespace_name(named->cfgnamespace), NameStr(named->cfgname)));
    ReleaseSysCache(row);
    return name;
}

}  // namespace shopsmart::search
