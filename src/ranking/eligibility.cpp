#include "ranking/eligibility.hpp"

#include <algorithm>

namespace shopsmart::ranking {

namespace {

constexpr int kFirstBatch = 16;
constexpr int kLargestBatch = 1024;

// What things cost in memory, in microseconds. Only their ratios matter. (The planner's own costs take an index probe
// for a read from disk, and would have us read thousands of rows to save a hundred probes.)
constexpr double kProbe = 1.5;         // one product of a batch
constexpr double kQuery = 30;          // starting and ending a query
constexpr double kFetchedRow = 0.5;    // a row that the complete query returns
constexpr double kScannedRow = 0.12;   // a row that it looks at without an index

double rows_in(Oid table) {
    HeapTuple row = SearchSysCache1(RELOID, ObjectIdGetDatum(table));
    if (!HeapTupleIsValid(row)) {
        return 1;
    }
    const double rows = reinterpret_cast<Form_pg_class>(GETSTRUCT(row))->reltuples;
    ReleaseSysCache(row);
    return std::max(rows, 1.0);
}

}  // namespace

void Eligibility::open(const bridge::ShopTables& shop, const ProductPredicate& predicate, const int64* exclude, int exclude_count) {
    shop_ = &shop;
    predicate_ = &predicate;
    context_ = CurrentMemoryContext;
    checked_ = 0;
    passed_ = 0;
    mode_ = predicate.passes_all() && reader_.open(shop.products) ? Mode::direct : Mode::batches;
    if (mode_ == Mode::batches) {
        prepare_queries();
    }
    excluded_.init(exclude_count);
    for (int i = 0; i < exclude_count; i++) {
        excluded_.insert(exclude[i]);
    }
}

int Eligibility::next_batch(int wanted) const {
    if (mode_ != Mode::batches) {
        return wanted;
    }
    if (checked_ == 0) {
        return std::max(wanted, kFirstBatch);
    }
    return std::clamp(static_cast<int>(wanted / pass_rate()), kFirstBatch, kLargestBatch);
}

// As seen so far.
double Eligibility::pass_rate() const { return (static_cast<double>(passed_) + 0.5) / static_cast<double>(checked_ + 1); }

bool Eligibility::is_exhausted() const { return mode_ == Mode::complete && passed_ >= static_cast<int64>(eligible_.size()); }

void Eligibility::check(const RankedProduct* products, int count, int still_wanted, bool* passes) {
    CHECK_FOR_INTERRUPTS();
    if (mode_ == Mode::batches) {
        if (checked_ > 0 && few_pass(still_wanted)) {
            read_all();
        } else {
            check_batch(products, count, passes);
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

void Eligibility::prepare_queries() {
    const char* products = bridge::qualified_name(shop_->products);
    // Categories are looked up in memory there: an array parameter would be searched from its beginning for each row.
    batch_query_ = psprintf("SELECT p.product_id, p.category_id FROM %s p WHERE p.product_id OPERATOR(pg_catalog.=) ANY ($1) AND p.is_active%s",
                            products, predicate_->sql);
    // $1 is there, so that both queries take the same parameters.
    complete_query_ = psprintf("SELECT p.product_id FROM %s p WHERE p.is_active%s%s AND ($1::bigint[] IS NOT NULL)",
                               products, predicate_->sql, predicate_->category_sql);
}

// Whether walking on costs more than asking once for all products that pass, judged by those that passed so far.
bool Eligibility::few_pass(int still_wanted) const {
    const double products = rows_in(shop_->products);
    const double walk = still_wanted / pass_rate() * kProbe;
    const double ask = kQuery + pass_rate() * products * kFetchedRow;
    return walk > ask && (walk > ask + products * kScannedRow || !bridge::scans_table(complete_query_, predicate_->parameters));
}

void Eligibility::check_batch(const RankedProduct* products, int count, bool* passes) {
    auto* ids = static_cast<Datum*>(palloc(sizeof(Datum) * count));
    for (int i = 0; i < count; i++) {
        ids[i] = Int64GetDatum(products[i].product_id);
        passes[i] = false;
    }
    bridge::Parameters parameters = predicate_->parameters;
    parameters.values[0] = PointerGetDatum(construct_array(ids, count, INT8OID, sizeof(int64), FLOAT8PASSBYVAL, TYPALIGN_DOUBLE));
    IdSet found;
    found.init(count);
    bridge::connect();
    bridge::execute_reading(batch_query_, parameters);
    for (uint64 i = 0; i < SPI_processed; i++) {
        HeapTuple row = SPI_tuptable->vals[i];
        bool no_category;
        bool is_null;
        const Datum category = SPI_getbinval(row, SPI_tuptable->tupdesc, 2, &no_category);
        if (predicate_->categories == nullptr || (!no_category && predicate_->categories->contains(DatumGetInt64(category)))) {
            found.insert(DatumGetInt64(SPI_getbinval(row, SPI_tuptable->tupdesc, 1, &is_null)));
        }
    }
    bridge::finish();
    for (int i = 0; i < count; i++) {
        passes[i] = found.contains(products[i].product_id);
    }
}

void Eligibility::read_all() {
    bridge::Parameters parameters = predicate_->parameters;
    parameters.values[0] = PointerGetDatum(construct_empty_array(INT8OID));
    bridge::connect();
    bridge::execute_reading(complete_query_, parameters);
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

int take_eligible(const StreamRequest& request, const int64* exclude, int exclude_count, int k, RankedProduct* rows) {
    Stream stream;
    stream.open(request);
    Eligibility eligibility;
    eligibility.open(*request.shop, *request.predicate, exclude, exclude_count);
    int taken = 0;
    int capacity = 0;
    RankedProduct* batch = nullptr;
    bool* passes = nullptr;
    while (taken < k && !eligibility.is_exhausted()) {
        const int wanted = eligibility.next_batch(k - taken);
        if (wanted > capacity) {
            capacity = wanted;
            batch = static_cast<RankedProduct*>(palloc(sizeof(RankedProduct) * capacity));
            passes = static_cast<bool*>(palloc(sizeof(bool) * capacity));
        }
        int count = 0;
        while (count < wanted && stream.next(&batch[count])) {
            count++;
        }
        if (count == 0) {
            break;
        }
        eligibility.check(batch, count, k - taken, passes);
        stream.restrict_to(eligibility.known());
        for (int i = 0; i < count && taken < k; i++) {
            if (passes[i]) {
                rows[taken++] = batch[i];
            }
        }
    }
    eligibility.close();
    stream.close();
    return taken;
}

}  // namespace shopsmart::ranking
