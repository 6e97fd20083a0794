// The index access method shopsmart: ORDER BY product_id <~> ranking LIMIT k, walking the ranking only as far as needed.
//
// The index stores nothing. A scan asks the ranking (in the library shopsmart, loaded at the first such scan) for the
// next product and the table's own unique btree for its rows; behind the products that the ranking knows come all
// others, by descending id, and last those that the ranking puts there. So it needs no upkeep, no WAL and no recovery.
//
// This library needs nothing but the C library and the server: every session that opens a table with such an index
// loads it, and were it missing, that table could not be opened at all.
//
// Rules that a scan keeps:
// - every row of the table comes exactly once, whatever the ranking says: an order leaves out nothing;
// - all entries of a key are returned (old row versions, too) and the executor decides which one the snapshot sees;
// - nothing is kept across snapshots.
#include "order/btree_map.hpp"

#include <algorithm>

#include "order/descending_keys.hpp"
#include "order/ranking_source.hpp"

extern "C" {
PG_MODULE_MAGIC;

PG_FUNCTION_INFO_V1(shopsmart_order_handler);
PGDLLEXPORT Datum shopsmart_order_handler(PG_FUNCTION_ARGS);
}

namespace {

// Relative to cpu_operator_cost and its kind: starting a ranking, and one product of it with its lookup.
constexpr Cost kStartupCost = 20;
constexpr Cost kProductCost = 0.5;
// When so many lookups, and this share of the table, were not enough, one pass over the btree pays.
constexpr double kLookupsBeforeMap = 1000;
constexpr double kShareBeforeMap = 0.05;

enum class Phase { ranked, rest, end, done };

struct OrderScan {
    MemoryContext context;     // of one run of the scan
    struct varlena* handle;    // nullptr for NULL
    bool started;
    const ShopsmartRankingSource* ranking;
    void* source;
    Phase phase;
    bool in_group;             // the btree scan stands among the entries of one key
    Relation btree;
    IndexScanDesc lookup;      // entries of one key
    shopsmart::order::DescendingKeys rest;
    shopsmart::order::BtreeMap map;
    double map_after;          // lookups
    ShopsmartScanReport report;
};

OrderScan* state_of(IndexScanDesc scan) { return static_cast<OrderScan*>(scan->opaque); }

const ShopsmartRankingSource* ranking_source() {
    using Function = const ShopsmartRankingSource* (*)(void);
    static const ShopsmartRankingSource* known = nullptr;
    if (known == nullptr) {
        const ShopsmartRankingSource* found =
            reinterpret_cast<Function>(load_external_function("$libdir/shopsmart", SHOPSMART_RANKING_SOURCE_FUNCTION, true, nullptr))();
        if (strcmp(found->version, SHOPSMART_VERSION) != 0) {
            ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("the libraries of shopsmart are of different versions"),
                            errdetail("shopsmart_order is of version %s, shopsmart of version %s.", SHOPSMART_VERSION, found->version),
                            errhint("Reconnect, if shopsmart was updated a moment ago; else install both from one package.")));
        }
        known = found;
    }
    return known;
}

const char* stage_name(Phase phase) {
    switch (phase) {
        case Phase::ranked:
            return "ranked";
        case Phase::rest:
            return "rest";
        case Phase::end:
        case Phase::done:
            break;
    }
    return "end";
}

// ---- building: there is nothing to build, but the column has to be fit ----

void require_fit(Relation index, IndexInfo* info) {
    if (info->ii_Expressions != NIL || info->ii_Predicate != NIL) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("index \"%s\" of method shopsmart can have neither expressions nor a predicate", RelationGetRelationName(index)),
                        errhint("Put the condition into the queries: any WHERE goes with the order.")));
    }
}

IndexBuildResult* build(Relation, Relation index, IndexInfo* info) {
    require_fit(index, info);
    auto* result = static_cast<IndexBuildResult*>(palloc0(sizeof(IndexBuildResult)));
    // The rows were not counted: 0 would tell the planner, for good, that the table is empty.
    result->heap_tuples = -1;
    result->index_tuples = -1;
    return result;
}

void build_empty(Relation) {}

bool insert(Relation, Datum*, bool*, ItemPointer, Relation, IndexUniqueCheck, bool, IndexInfo*) { return false; }

IndexBulkDeleteResult* bulk_delete(IndexVacuumInfo*, IndexBulkDeleteResult* stats, IndexBulkDeleteCallback, void*) { return stats; }

IndexBulkDeleteResult* vacuum_cleanup(IndexVacuumInfo*, IndexBulkDeleteResult* stats) { return stats; }

bytea* options(Datum given, bool validate) {
    if (validate && DatumGetPointer(given) != nullptr) {
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE), errmsg("an index of method shopsmart has no storage parameters")));
    }
    return nullptr;
}

bool validate(Oid) { return true; }

// ---- planning ----

bool column_can_be_null(PlannerInfo* planner, const RelOptInfo* table, AttrNumber column) {
    HeapTuple row = SearchSysCache2(ATTNUM, ObjectIdGetDatum(planner_rt_fetch(table->relid, planner)->relid), Int16GetDatum(column));
    if (!HeapTupleIsValid(row)) {
        return true;
    }
    const bool not_null = reinterpret_cast<Form_pg_attribute>(GETSTRUCT(row))->attnotnull;
    ReleaseSysCache(row);
    return !not_null;
}

// Whether a scan would find the btree that it needs: the same as leads_to_rows(), of what the planner knows.
bool can_scan(PlannerInfo* planner, const IndexOptInfo* index) {
    const int column = index->indexkeys[0];
    ListCell* cell;
    foreach (cell, index->rel->indexlist) {
        const IndexOptInfo* other = lfirst_node(IndexOptInfo, cell);
        if (other->relam == BTREE_AM_OID && other->unique && other->immediate && other->nkeycolumns == 1 && other->indexkeys[0] == column
            && other->opfamily[0] == INTEGER_BTREE_FAM_OID && other->opcintype[0] == INT8OID && !other->reverse_sort[0] && other->indpred == NIL) {
            return !column_can_be_null(planner, index->rel, static_cast<AttrNumber>(column));
        }
    }
    return false;
}

void estimate_cost(PlannerInfo* planner, IndexPath* path, double, Cost* startup, Cost* total, Selectivity* selectivity, double* correlation, double* pages) {
    *selectivity = 1;
    *correlation = 0;
    *pages = 0;
    *startup = kStartupCost;
    *total = kStartupCost + kProductCost * std::max(path->indexinfo->rel->tuples, 1.0);
    if (path->indexorderbys == NIL || !can_scan(planner, path->indexinfo)) {
        shopsmart::compat::refuse_path(path, startup, total);
    }
}

// ---- scanning ----

bool leads_to_rows(Relation index, AttrNumber column) {
    const Form_pg_index form = index->rd_index;
    return index->rd_rel->relam == BTREE_AM_OID && form->indisunique && form->indimmediate && form->indisvalid && form->indnkeyatts == 1
           && form->indkey.values[0] == column && index->rd_opfamily[0] == INTEGER_BTREE_FAM_OID && index->rd_opcintype[0] == INT8OID
           && (index->rd_indoption[0] & INDOPTION_DESC) == 0 && RelationGetIndexPredicate(index) == NIL;
}

Relation open_btree(Relation table, Relation index) {
    const AttrNumber column = index->rd_index->indkey.values[0];
    if (TupleDescAttr(RelationGetDescr(table), column - 1)->attnotnull) {
        List* indexes = RelationGetIndexList(table);
        ListCell* cell;
        foreach (cell, indexes) {
            Relation candidate = index_open(lfirst_oid(cell), AccessShareLock);
            if (leads_to_rows(candidate, column)) {
                return candidate;
            }
            index_close(candidate, AccessShareLock);
        }
    }
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("table \"%s\" cannot be read in the order of a ranking", RelationGetRelationName(table)),
                    errdetail("The column of index \"%s\" has no unique btree index, or can be null.", RelationGetRelationName(index)),
                    errhint("Make it the primary key, or NOT NULL with a unique index that is not deferrable and has no condition.")));
    pg_unreachable();
}

IndexScanDesc begin_scan(Relation index, int key_count, int order_by_count) {
    IndexScanDesc scan = RelationGetIndexScan(index, key_count, order_by_count);
    auto* state = static_cast<OrderScan*>(palloc0(sizeof(OrderScan)));
    state->context = AllocSetContextCreate(CurrentMemoryContext, "shopsmart ordered scan", ALLOCSET_DEFAULT_SIZES);
    scan->opaque = state;
    // Never read, for no row has to be ordered again; but the executor looks at them.
    scan->xs_orderbyvals = static_cast<Datum*>(palloc0(sizeof(Datum) * order_by_count));
    scan->xs_orderbynulls = static_cast<bool*>(palloc0(sizeof(bool) * order_by_count));
    return scan;
}

void stop(OrderScan* state) {
    if (!state->started) {
        return;
    }
    state->report.stage = stage_name(state->phase);
    state->ranking->close(state->source, &state->report);
    index_endscan(state->lookup);
    index_close(state->btree, NoLock);
    state->started = false;
}

void rescan(IndexScanDesc scan, ScanKey, int, ScanKey order_bys, int order_by_count) {
    OrderScan* state = state_of(scan);
    stop(state);
    MemoryContextReset(state->context);
    if (order_by_count > 0) {
        memmove(scan->orderByData, order_bys, sizeof(ScanKeyData) * order_by_count);
    }
    // Ranks are unique: a second order has nothing to decide.
    const ScanKey order = scan->orderByData;
    state->handle = nullptr;
    if (scan->numberOfOrderBys > 0 && (order->sk_flags & SK_ISNULL) == 0) {
        MemoryContext callers = MemoryContextSwitchTo(state->context);
        state->handle = pg_detoast_datum_copy(reinterpret_cast<struct varlena*>(DatumGetPointer(order->sk_argument)));
        MemoryContextSwitchTo(callers);
    }
}

void start(IndexScanDesc scan) {
    OrderScan* state = state_of(scan);
    if (!IsMVCCSnapshot(scan->xs_snapshot)) {
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("an index of method shopsmart serves ordinary snapshots only")));
    }
    state->ranking = ranking_source();
    state->source = state->ranking->open(state->handle);
    state->phase = Phase::ranked;
    state->in_group = false;
    state->rest = {};
    state->map = {};
    state->report = {};
    state->map_after = std::max(kLookupsBeforeMap, kShareBeforeMap * scan->heapRelation->rd_rel->reltuples);
    state->btree = open_btree(scan->heapRelation, scan->indexRelation);
    state->lookup = shopsmart::compat::begin_index_scan(scan->heapRelation, state->btree, scan->xs_snapshot, 1);
    pgstat_count_index_scan(scan->indexRelation);
    state->started = true;
}

bool next_product(OrderScan* state, int64* product_id) {
    if (state->phase == Phase::ranked) {
        if (state->ranking->next(state->source, product_id)) {
            return true;
        }
        state->phase = Phase::rest;
        return false;
    }
    return state->ranking->next_of_end(state->source, product_id);
}

void look_up(OrderScan* state, int64 product_id) {
    state->report.products++;
    if (!state->map.is_ready() && state->report.lookups >= state->map_after) {
        state->map.read(state->lookup);
        state->report.map_used = true;
    }
    if (state->map.is_ready()) {
        state->map.seek(product_id);
        return;
    }
    state->report.lookups++;
    ScanKeyData key;
    ScanKeyInit(&key, 1, BTEqualStrategyNumber, F_INT8EQ, Int64GetDatum(product_id));
    index_rescan(state->lookup, &key, 1, nullptr, 0);
}

// The next entry of the key that was looked up.
bool next_of_group(IndexScanDesc scan, OrderScan* state) {
    if (state->map.is_ready()) {
        return state->map.next(&scan->xs_heaptid);
    }
    state->lookup->kill_prior_tuple = scan->kill_prior_tuple;
    const ItemPointer tid = index_getnext_tid(state->lookup, ForwardScanDirection);
    if (tid != nullptr) {
        scan->xs_heaptid = *tid;
    }
    return tid != nullptr;
}

// The next entry of a product that the ranking does not know.
bool next_of_rest(IndexScanDesc scan, OrderScan* state) {
    int64 product_id;
    while (state->rest.next(state->lookup, &product_id, &scan->xs_heaptid)) {
        CHECK_FOR_INTERRUPTS();
        if (!state->ranking->is_placed(state->source, product_id)) {
            state->report.products++;
            return true;
        }
    }
    state->phase = Phase::end;
    return false;
}

bool next_entry(IndexScanDesc scan, OrderScan* state) {
    while (state->phase != Phase::done) {
        CHECK_FOR_INTERRUPTS();
        if (state->phase == Phase::rest) {
            if (next_of_rest(scan, state)) {
                return true;
            }
            continue;
        }
        if (state->in_group && next_of_group(scan, state)) {
            return true;
        }
        int64 product_id;
        state->in_group = next_product(state, &product_id);
        if (state->in_group) {
            scan->kill_prior_tuple = false;
            look_up(state, product_id);
        } else if (state->phase == Phase::end) {
            state->phase = Phase::done;
        }
    }
    return false;
}

bool get_tuple(IndexScanDesc scan, ScanDirection direction) {
    OrderScan* state = state_of(scan);
    if (direction != ForwardScanDirection) {
        elog(ERROR, "an index of method shopsmart is read forward only");
    }
    MemoryContext callers = MemoryContextSwitchTo(state->context);
    PushActiveSnapshot(scan->xs_snapshot);
    if (!state->started) {
        start(scan);
    }
    const bool found = next_entry(scan, state);
    PopActiveSnapshot();
    MemoryContextSwitchTo(callers);
    scan->xs_recheck = false;
    scan->xs_recheckorderby = false;
    return found;
}

void end_scan(IndexScanDesc scan) {
    OrderScan* state = state_of(scan);
    stop(state);
    MemoryContextDelete(state->context);
}

}  // namespace

Datum shopsmart_order_handler(PG_FUNCTION_ARGS) {
    IndexAmRoutine* method = makeNode(IndexAmRoutine);
    method->amstrategies = 1;
    method->amcanorderbyop = true;
    method->amoptionalkey = true;
    // The btree takes the predicate locks that its own pages need.
    method->ampredlocks = true;
    method->ambuild = build;
    method->ambuildempty = build_empty;
    method->aminsert = insert;
    method->ambulkdelete = bulk_delete;
    method->amvacuumcleanup = vacuum_cleanup;
    method->amcostestimate = estimate_cost;
    method->amoptions = options;
    method->amvalidate = validate;
    method->ambeginscan = begin_scan;
    method->amrescan = rescan;
    method->amgettuple = get_tuple;
    method->amendscan = end_scan;
    (void)fcinfo;
    PG_RETURN_POINTER(method);
}
