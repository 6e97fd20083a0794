#include "ranking/product_rows.hpp"

namespace shopsmart::ranking {

void ProductRows::open(const bridge::ShopTables& shop, const int64* ids, int count, const char* columns, const ProductPredicate& predicate) {
    ids_ = ids;
    count_ = static_cast<uint64>(count);
    place_ = 0;
    const char* select = psprintf("SELECT %s FROM %s p WHERE p.is_active%s%s", columns, bridge::qualified_name(shop.products), predicate.sql, predicate.category_sql);
    if (!reader_.open(shop.products)) {
        open_query(select, predicate.parameters);
        return;
    }
    is_direct_ = true;
    expressions_.open(select, predicate.parameters, reader_.table());
    description_ = expressions_.columns()->tts_tupleDescriptor;
    values_ = expressions_.columns()->tts_values;
    nulls_ = expressions_.columns()->tts_isnull;
}

void ProductRows::open_query(const char* select, bridge::Parameters parameters) {
    is_direct_ = false;
    auto* ids = static_cast<Datum*>(MemoryContextAllocHuge(CurrentMemoryContext, sizeof(Datum) * (count_ + 1)));
    for (uint64 i = 0; i < count_; i++) {
        ids[i] = Int64GetDatum(ids_[i]);
    }
    parameters.values[0] = PointerGetDatum(construct_array(ids, static_cast<int>(count_), INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
    MemoryContext caller = CurrentMemoryContext;
    bridge::connect();
    bridge::execute_reading(psprintf("%s AND p.product_id OPERATOR(pg_catalog.=) ANY ($1)", select), parameters);
    MemoryContextSwitchTo(caller);
    count_ = SPI_processed;
    description_ = SPI_tuptable->tupdesc;
    values_ = static_cast<Datum*>(palloc(sizeof(Datum) * description_->natts));
    nulls_ = static_cast<bool*>(palloc(sizeof(bool) * description_->natts));
}

bool ProductRows::next() {
    CHECK_FOR_INTERRUPTS();
    if (!is_direct_) {
        if (place_ == count_) {
            return false;
        }
        heap_deform_tuple(SPI_tuptable->vals[place_++], description_, values_, nulls_);
        return true;
    }
    while (place_ < count_) {
        if (reader_.fetch(ids_[place_++]) && expressions_.take(reader_.row())) {
            return true;
        }
    }
    return false;
}

void ProductRows::close() {
    if (!is_direct_) {
        bridge::finish();
        return;
    }
    expressions_.close();
    reader_.close();
}

}  // namespace shopsmart::ranking
