#include "ranking/history.hpp"

#include "bridge/columns.hpp"
#include "bridge/index_cursor.hpp"
#include "bridge/leaf_reader.hpp"
#include "bridge/query.hpp"
#include "cache/shared_places.hpp"

namespace shopsmart::ranking {

namespace {

constexpr bridge::IndexWish kUserByExternalId = {1, {{"external_id", false}}, 0, {}, true};
constexpr bridge::IndexWish kNewestEvents = {
    3, {{"user_id", false}, {"occurred_at", true}, {"event_id", true}}, 2, {"product_id", "event_type"}};

void set_type(HistoryEvent& event, const bridge::EventTypes& types, Datum name, bool is_null) {
    event.type = -1;
    event.type_weight = 0;
    if (is_null) {
        return;
    }
    auto* packed = reinterpret_cast<struct varlena*>(DatumGetPointer(name));
    struct varlena* flat = pg_detoast_datum_packed(packed);
    event.type = types.find(VARDATA_ANY(flat), static_cast<int>(VARSIZE_ANY_EXHDR(flat)));
    if (event.type >= 0) {
        event.type_weight = types.entries[event.type].weight;
    }
    if (flat != packed) {
        pfree(flat);
    }
}

// Whether no older event counts.
bool is_complete(const History& history, const core::HistoryOptions& options) {
    return history.count == options.events || options.ends_after(history.moments - 1);
}

// The next older event.
void append(History& history, const HistoryEvent& event) {
    if (history.count == 0 || history.events[history.count - 1].occurred_at != event.occurred_at) {
        history.moments++;
    }
    history.events[history.count++] = event;
}

// Adds the newest events that the open reader finds.
void read_leaves(bridge::LeafReader& leaves, const bridge::EventTypes& types, const core::HistoryOptions& options, History& history) {
    while (!is_complete(history, options) && leaves.next()) {
        bool is_null;
        HistoryEvent event{};
        event.occurred_at = DatumGetTimestampTz(leaves.column(2, &is_null));
        if (is_null) {
            continue;
        }
        event.event_id = DatumGetInt64(leaves.column(3, &is_null));
        event.product_id = DatumGetInt64(leaves.column(4, &is_null));
        const Datum type = leaves.column(5, &is_null);
        set_type(event, types, type, is_null);
        append(history, event);
    }
}

// The same of one table. False when it has not the index for it.
bool read_table(Oid table, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of, const core::HistoryOptions& options, History& history) {
    const Oid index = bridge::find_index(table, kNewestEvents);
    if (!OidIsValid(index)) {
        return false;
    }
    // A default partition mostly is empty, and so are months to come: their indexes need not be opened.
    Relation relation = table_open(table, AccessShareLock);
    bool done = true;
    if (RelationGetNumberOfBlocks(relation) == 0) {
        PredicateLockRelation(relation, GetActiveSnapshot());
    } else {
        bridge::LeafReader leaves;
        done = leaves.open(relation, index);
        if (done) {
            leaves.seek(user_id, as_of);
            read_leaves(leaves, types, options, history);
            leaves.close();
        }
    }
    table_close(relation, AccessShareLock);
    return done;
}

History empty_history(const core::HistoryOptions& options) {
    return {static_cast<HistoryEvent*>(palloc(sizeof(HistoryEvent) * options.events)), 0, 0};
}

History merge(const History& a, const History& b, const core::HistoryOptions& options) {
    History merged = empty_history(options);
    int from_a = 0;
    int from_b = 0;
    while (!is_complete(merged, options) && (from_a < a.count || from_b < b.count)) {
        const bool take_a = from_b == b.count || (from_a < a.count && is_newer(a.events[from_a], b.events[from_b]));
        append(merged, take_a ? a.events[from_a++] : b.events[from_b++]);
    }
    return merged;
}

// Monthly partitions hold disjoint spans: the newest one first, until there are enough. The default partition may hold
// any time, so its events are merged in.
bool read_partitions(Relation parent, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of, const core::HistoryOptions& options, History& history) {
    PartitionKey key = RelationGetPartitionKey(parent);
    if (key->strategy != PARTITION_STRATEGY_RANGE || key->partnatts != 1
        || key->partattrs[0] != bridge::required_column(parent, "occurred_at", TIMESTAMPTZOID)) {
        return false;
    }
    PartitionDesc partitions = RelationGetPartitionDesc(parent, true);
    if (partitions->nparts == 0) {
        return true;
    }
    for (int i = 0; i < partitions->nparts; i++) {
        if (!partitions->is_leaf[i]) {
            return false;
        }
    }
    PartitionBoundInfo bounds = partitions->boundinfo;
    for (int i = bounds->ndatums; i >= 0 && !is_complete(history, options); i--) {
        const int partition = bounds->indexes[i];
        const bool has_lower = i > 0 && bounds->kind[i - 1][0] == PARTITION_RANGE_DATUM_VALUE;
        if (partition < 0 || (has_lower && DatumGetTimestampTz(bounds->datums[i - 1][0]) > as_of)) {
            continue;
        }
        if (!read_table(partitions->oids[partition], types, user_id, as_of, options, history)) {
            return false;
        }
    }
    if (bounds->default_index >= 0) {
        History strays = empty_history(options);
        if (!read_table(partitions->oids[bounds->default_index], types, user_id, as_of, options, strays)) {
            return false;
        }
        if (strays.count > 0) {
            history = merge(history, strays, options);
        }
    }
    return true;
}

bool read_directly(Oid events, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of, const core::HistoryOptions& options, History& history) {
    if (!bridge::may_read_directly(events)) {
        return false;
    }
    Relation relation = relation_open(events, AccessShareLock);
    bool done;
    if (relation->rd_rel->relkind == RELKIND_PARTITIONED_TABLE) {
        done = read_partitions(relation, types, user_id, as_of, options, history);
    } else {
        done = relation->rd_rel->relkind == RELKIND_RELATION && !relation->rd_rel->relhassubclass
               && read_table(events, types, user_id, as_of, options, history);
    }
    relation_close(relation, AccessShareLock);
    return done;
}

void read_by_sql(Oid events, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of, const core::HistoryOptions& options, History& history) {
    bridge::Parameters parameters;
    parameters.add(INT8OID, Int64GetDatum(user_id));
    parameters.add(TIMESTAMPTZOID, TimestampTzGetDatum(as_of));
    parameters.add(INT8OID, Int64GetDatum(options.events));
    const char* sql = psprintf("SELECT event_id, product_id, occurred_at, event_type FROM %s"
                               " WHERE user_id OPERATOR(pg_catalog.=) $1 AND occurred_at OPERATOR(pg_catalog.<=) $2"
                               " ORDER BY occurred_at DESC, event_id DESC LIMIT $3",
                               bridge::qualified_name(events));
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    for (uint64 i = 0; i < SPI_processed; i++) {
        HeapTuple row = SPI_tuptable->vals[i];
        TupleDesc columns = SPI_tuptable->tupdesc;
        bool is_null;
        HistoryEvent event{};
        event.event_id = DatumGetInt64(SPI_getbinval(row, columns, 1, &is_null));
        event.product_id = DatumGetInt64(SPI_getbinval(row, columns, 2, &is_null));
        event.occurred_at = DatumGetTimestampTz(SPI_getbinval(row, columns, 3, &is_null));
        const Datum type = SPI_getbinval(row, columns, 4, &is_null);
        set_type(event, types, type, is_null);
        append(history, event);
    }
    bridge::finish();
}

// Finds a user at the place where some session last saw him, or else by the index. As in ranking/product_reader, the row there
// counts only if the caller's snapshot sees it and it has the key; since the key is unique, the index would lead to it.
class UserReader {
public:
    UserReader(Oid users, Oid index)
        : table_(table_open(users, AccessShareLock)), index_(index), user_id_(bridge::required_column(table_, "user_id", INT8OID)),
          external_id_(bridge::required_column(table_, "external_id", TEXTOID)) {}

    bool find(text* external_id, int64* user_id) {
        const uint64 key = hash_bytes_extended(reinterpret_cast<const unsigned char*>(VARDATA_ANY(external_id)),
                                               static_cast<int>(VARSIZE_ANY_EXHDR(external_id)), 0);
        return find_at_place(key, external_id, user_id) || find_by_key(key, external_id, user_id);
    }

    void close() { table_close(table_, AccessShareLock); }

private:
    bool find_at_place(uint64 key, text* external_id, int64* user_id) {
        ItemPointerData place;
        if (!cache::find_shared_place(RelationGetRelid(table_), key, &place)
            || ItemPointerGetBlockNumber(&place) >= RelationGetNumberOfBlocks(table_)) {
            return false;
        }
        TupleTableSlot* slot = table_slot_create(table_, nullptr);
        bool found = table_tuple_fetch_row_version(table_, &place, GetActiveSnapshot(), slot);
        if (found) {
            bool is_null;
            const Datum there = slot_getattr(slot, external_id_, &is_null);
            found = !is_null && has_bytes_of(DatumGetTextPP(there), external_id);
            *user_id = DatumGetInt64(slot_getattr(slot, user_id_, &is_null));
        }
        ExecDropSingleTupleTableSlot(slot);
        return found;
    }

    static bool has_bytes_of(const text* there, const text* external_id) {
        const Size length = VARSIZE_ANY_EXHDR(external_id);
        return VARSIZE_ANY_EXHDR(there) == length && memcmp(VARDATA_ANY(there), VARDATA_ANY(external_id), length) == 0;
    }

    bool find_by_key(uint64 key, text* external_id, int64* user_id) {
        bridge::IndexCursor cursor;
        cursor.open(table_, index_, 1);
        Datum value = PointerGetDatum(external_id);
        cursor.seek(&value);
        const bool found = cursor.next();
        if (found) {
            bool is_null;
            *user_id = DatumGetInt64(slot_getattr(cursor.slot, user_id_, &is_null));
            cache::note_shared_place(RelationGetRelid(table_), key, cursor.slot->tts_tid);
        }
        cursor.close();
        return found;
    }

    Relation table_;
    Oid index_;
    AttrNumber user_id_;
    AttrNumber external_id_;
};

}  // namespace

bool find_user(const bridge::ShopTables& shop, text* external_id, int64* user_id) {
    bool found;
    bool is_null;
    const Oid index = bridge::may_read_directly(shop.users) ? bridge::find_index(shop.users, kUserByExternalId) : InvalidOid;
    if (OidIsValid(index)) {
        UserReader users(shop.users, index);
        found = users.find(external_id, user_id);
        users.close();
        return found;
    }
    bridge::Parameters parameters;
    parameters.add(TEXTOID, PointerGetDatum(external_id));
    const char* sql = psprintf("SELECT user_id FROM %s WHERE external_id OPERATOR(pg_catalog.=) $1", bridge::qualified_name(shop.users));
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    found = SPI_processed > 0;
    if (found) {
        *user_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    }
    bridge::finish();
    return found;
}

History read_history(const bridge::ShopTables& shop, const bridge::EventTypes& types, int64 user_id, TimestampTz as_of,
                     const core::HistoryOptions& options) {
    History history = empty_history(options);
    if (!read_directly(shop.events, types, user_id, as_of, options, history)) {
        history.count = 0;
        read_by_sql(shop.events, types, user_id, as_of, options, history);
    }
    history.count = core::weigh_history(history.events, history.count, options);
    return history;
}

}  // namespace shopsmart::ranking
