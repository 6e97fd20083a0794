#include "ranking/models.hpp"

#include <algorithm>

#include "bridge/query.hpp"
#include "bridge/reading.hpp"
#include "bridge/relations.hpp"
#include "cache/shared_lists.hpp"
#include "ranking/stored_arrays.hpp"
#include "settings.hpp"

namespace shopsmart::ranking {

namespace {

NeighborCache session_cache;
ListSources sources{};

cache::ListKey shared_key(int64 generation, int64 product_id) {
    return {MyDatabaseId, bridge::model_tables().neighbors, generation, product_id};
}

}  // namespace

ListSources last_sources() { return sources; }

void begin_answer() { sources = {}; }

void forget_session_lists() { session_cache.empty(); }

int64 default_generation(core::ReadingOptions* reading) { return bridge::current_generation("similarity", reading); }

int64 trained_generation(const char* model, core::ReadingOptions* reading) {
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfoString(&sql, "SELECT t.generation");
    bridge::append_reading_of(&sql, "t.parameters");
    appendStringInfoString(&sql, " FROM shopsmart.trained_models t WHERE t.name OPERATOR(pg_catalog.=) $1");
    bridge::Parameters parameters;
    parameters.add(TEXTOID, CStringGetTextDatum(model));
    bridge::connect();
    bridge::execute_reading(sql.data, parameters);
    if (SPI_processed == 0) {
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE), errmsg("model \"%s\" is not trained", model),
                        errhint("Call shopsmart_train() with its name; shopsmart.trained_models lists the models that can be read.")));
    }
    bool is_null;
    HeapTuple row = SPI_tuptable->vals[0];
    const int64 generation = DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null));
    *reading = bridge::reading_of(bridge::reading_columns(row, SPI_tuptable->tupdesc, 2));
    bridge::finish();
    return generation;
}

bool NeighborReader::open(int64 generation, int limit) {
    generation_ = generation;
    limit_ = limit;
    cache_ = nullptr;
    shares_ = cache::shared_lists_wanted() && settings::direct_reads();
    copied_ids_ = nullptr;
    cursor_open_ = false;
    if (generation_ == 0) {
        return false;
    }
    bridge::require_select(bridge::model_tables().neighbors);
    return true;
}

bool NeighborReader::open_scored(int64 generation, int scored_neighbors) {
    if (!open(generation, scored_neighbors)) {
        return false;
    }
    session_cache.use(bridge::model_tables().neighbors, generation_, limit_);
    cache_ = &session_cache;
    return true;
}

bool NeighborReader::open_kept(int64 generation) { return open(generation, settings::kept_neighbors()); }

NeighborList NeighborReader::fetch(int64 product_id) {
    NeighborList list;
    if (cache_ != nullptr && cache_->find(product_id, &list)) {
        sources.session++;
        return list;
    }
    if (!shares_ || !find_shared(product_id, &list)) {
        list = read(product_id);
        sources.table++;
    }
    list.count = std::min(list.count, limit_);
    if (cache_ != nullptr) {
        cache_->store(product_id, list);
    }
    return list;
}

bool NeighborReader::find_shared(int64 product_id, NeighborList* list) {
    if (copied_ids_ == nullptr) {
        copied_ids_ = static_cast<int64*>(palloc(sizeof(int64) * limit_));
        copied_scores_ = static_cast<double*>(palloc(sizeof(double) * limit_));
        copied_co_counts_ = static_cast<int32*>(palloc(sizeof(int32) * limit_));
    }
    const int count = cache::find_shared_list(shared_key(generation_, product_id), limit_, copied_ids_, copied_scores_, copied_co_counts_);
    if (count < 0) {
        return false;
    }
    sources.shared++;
    *list = {copied_ids_, copied_scores_, copied_co_counts_, count};
    return true;
}

NeighborList NeighborReader::read(int64 product_id) {
    if (!cursor_open_) {
        const bridge::ModelTables& models = bridge::model_tables();
        cursor_.open(models.neighbors, models.neighbors_key, 2);
        cursor_open_ = true;
    }
    Datum key[] = {Int64GetDatum(product_id), Int64GetDatum(generation_)};
    cursor_.seek(key);
    NeighborList list{};
    if (cursor_.next()) {
        list.count = -1;
        list.ids = elements<int64>(cursor_.slot, 3, INT8OID, &list.count);
        list.scores = elements<double>(cursor_.slot, 4, FLOAT8OID, &list.count);
        list.co_counts = elements<int32>(cursor_.slot, 5, INT4OID, &list.count);
        if (shares_) {
            share(product_id, list);
        }
    }
    return list;
}

// What the own transaction wrote may still be rolled back, and nobody else is to see it before it is committed.
void NeighborReader::share(int64 product_id, const NeighborList& list) {
    bool is_null;
    const Datum writer = slot_getsysattr(cursor_.slot, MinTransactionIdAttributeNumber, &is_null);
    if (!TransactionIdIsCurrentTransactionId(DatumGetTransactionId(writer))) {
        cache::store_shared_list(shared_key(generation_, product_id), list.count, list.ids, list.scores, list.co_counts);
    }
}

void NeighborReader::close() {
    if (cursor_open_) {
        cursor_.close();
    }
}

bool RankedListReader::open(const ListName& name) {
    const bridge::ModelTables& models = bridge::model_tables();
    const int64 generation = bridge::current_generation(name.kind);
    if (generation == 0) {
        return false;
    }
    bridge::require_select(models.ranked_lists);
    cursor_.open(models.ranked_lists, models.ranked_lists_key, 3);
    Datum key[] = {Int64GetDatum(generation), PointerGetDatum(cstring_to_text(name.time_window)), Int64GetDatum(name.category_id)};
    cursor_.seek(key);
    count_ = 0;
    position_ = 0;
    return true;
}

bool RankedListReader::next(int64* product_id, double* score) {
    while (position_ == count_) {
        CHECK_FOR_INTERRUPTS();
        if (!cursor_.next()) {
            return false;
        }
        count_ = -1;
        product_ids_ = elements<int64>(cursor_.slot, 5, INT8OID, &count_);
        scores_ = elements<double>(cursor_.slot, 6, FLOAT8OID, &count_);
        position_ = 0;
    }
    *product_id = product_ids_[position_];
    *score = scores_[position_];
    position_++;
    return true;
}

void RankedListReader::close() { cursor_.close(); }

}  // namespace shopsmart::ranking
