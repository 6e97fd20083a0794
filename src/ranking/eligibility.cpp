#include "ranking/eligibility.hpp"

#include <algorithm>

namespace shopsmart::ranking {

namespace {

constexpr int kFirstBatch = 32;
constexpr int kLargestBatch = 1024;

const char* batch_query(const bridge::ShopTables& shop, const ProductPredicate& predicate) {
    return psprintf("SELECT p.product_id FROM %s p WHERE p.product_id OPERATOR(pg_catalog.=) ANY ($1) AND p.is_active%s",
                    bridge::qualified_name(shop.products), predicate.sql);
}

// $1 is there, so that both queries take the same parameters.
const char* complete_query(const bridge::ShopTables& shop, const ProductPredicate& predicate) {
    return psprintf("SELECT p.product_id FROM %s p WHERE p.is_active%s AND ($1::bigint[] IS NOT NULL)",
                    bridge::qualified_name(shop.products), predicate.sql);
}

}  // namespace

void Eligibility::open(const bridge::ShopTables& shop, const ProductPredicate& predicate, const int64* exclude, int exclude_count) {
    shop_ = &shop;
    predicate_ = &predicate;
    context_ = CurrentMemoryContext;
    checked_ = 0;
    passed_ = 0;
    batch_size_ = kFirstBatch;
    mode_ = predicate.sql[0] == '\0' && reader_.open(shop.products) ? Mode::direct : Mode::batches;
    excluded_.init(exclude_count);
    for (int i = 0; i < exclude_count; i++) {
        excluded_.insert(exclude[i]);
    }
}

int Eligibility::next_batch(int wanted) const { return mode_ == Mode::batches ? std::max(batch_size_, wanted) : std::max(wanted, 1); }

bool Eligibility::is_exhausted() const { return mode_ == Mode::complete && passed_ >= static_cast<int64>(eligible_.size()); }

void Eligibility::check(const RankedProduct* products, int count, int still_wanted, bool* passes) {
    CHECK_FOR_INTERRUPTS();
    if (mode_ == Mode::batches) {
        if (checked_ > 0 && few_pass(still_wanted)) {
            read_all();
        } else {
            check_batch(products, count, passes);
            batch_size_ = std::min(batch_size_ * 2, kLargestBatch);
        }
    }
    for (int i = 0; i < count; i++) {
        if (mode_ == Mode::direct) {
            passes[i] = reader_.fetch(products[i].product_id) && reader_.is_active();
        } else if (mode_ == Mode::complete) {
            passes[i] = eligible_.contains(products[i].product_id);
        }
        // Excluded ones count as passed: they use up the eligible set.
        passed_ += passes[i] ? 1 : 0;
        passes[i] = passes[i] && !excluded_.contains(products[i].product_id);
    }
    checked_ += count;
}

// Whether walking on costs more than asking once for all products that pass, as the planner sees both.
bool Eligibility::few_pass(int still_wanted) const {
    const double pass_rate = (static_cast<double>(passed_) + 0.5) / static_cast<double>(checked_ + 1);
    const double checks_ahead = still_wanted / pass_rate;
    // The planner takes an array of unknown length for ten elements.
    const double cost_of_check = bridge::planned_cost(batch_query(*shop_, *predicate_), predicate_->parameters) / 10;
    return checks_ahead * cost_of_check > bridge::planned_cost(complete_query(*shop_, *predicate_), predicate_->parameters);
}

void Eligibility::check_batch(const RankedProduct* products, int count, bool* passes) {
    auto* ids = static_cast<Datum*>(palloc(sizeof(Datum) * count));
    for (int i = 0; i < count; i++) {
        ids[i] = Int64GetDatum(products[i].product_id);
        passes[i] = false;
    }
    bridge::Parameters parameters = predicate_->parameters;
    parameters.values[0] = PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
    const char* sql = batch_query(*shop_, *predicate_);
    IdSet found;
    found.init(count);
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null;
        found.insert(DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null)));
    }
    bridge::finish();
    for (int i = 0; i < count; i++) {
        passes[i] = found.contains(products[i].product_id);
    }
}

void Eligibility::read_all() {
    bridge::Parameters parameters = predicate_->parameters;
    parameters.values[0] = PointerGetDatum(construct_empty_array(INT8OID));
    const char* sql = complete_query(*shop_, *predicate_);
    bridge::connect();
    bridge::execute_reading(sql, parameters);
    MemoryContext previous = MemoryContextSwitchTo(context_);
    eligible_.init(static_cast<int>(SPI_processed));
    for (uint64 i = 0; i < SPI_processed; i++) {
        bool is_null;
        eligible_.insert(DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null)));
    }
    MemoryContextSwitchTo(previous);
    bridge::finish();
    mode_ = Mode::complete;
}

void Eligibility::close() {
    if (mode_ == Mode::direct) {
        reader_.close();
    }
}

}  // namespace shopsmart::ranking
