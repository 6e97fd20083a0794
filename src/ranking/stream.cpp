#include "ranking/stream.hpp"

#include <algorithm>

#include "core/trending.hpp"
#include "ranking/product_reader.hpp"
#include "ranking/session_reader.hpp"
#include "settings.hpp"

namespace shopsmart::ranking {

namespace {

// Rows that the newest stage fetches at once.
constexpr int kNewestBatch = 100;

struct Seed {
    int64 product_id;
    double weight;
};

// The products of the history in order of their newest event, each with the sum of its events' weights.
Seed* seeds_of(const History& history, int* count) {
    auto* seeds = static_cast<Seed*>(palloc(sizeof(Seed) * std::max(history.count, 1)));
    auto* places = static_cast<int*>(palloc(sizeof(int) * std::max(history.count, 1)));  // of a product, by its newest event
    *count = 0;
    for (int i = 0; i < history.count; i++) {
        const HistoryEvent& event = history.events[i];
        if (event.first_of_product == i) {
            places[i] = *count;
            seeds[(*count)++] = {event.product_id, 0};
        }
        seeds[places[event.first_of_product]].weight += event.weight;
    }
    return seeds;
}

bool category_by_sql(const bridge::ShopTables& shop, int64 product_id, int64* category_id) {
    bridge::Parameters parameters;
    parameters.add(INT8OID, Int64GetDatum(product_id));
    bridge::connect();
    bridge::execute_reading(psprintf("SELECT p.category_id FROM %s p WHERE p.product_id OPERATOR(pg_catalog.=) $1"
                                     " AND p.category_id IS NOT NULL",
                                     bridge::qualified_name(shop.products)),
                            parameters);
    const bool found = SPI_processed > 0;
    if (found) {
        bool is_null;
        *category_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[0], SPI_tuptable->tupdesc, 1, &is_null));
    }
    bridge::finish();
    return found;
}

}  // namespace

const char* strategy_name(Strategy strategy) {
    switch (strategy) {
        case Strategy::again:
            return "again";
        case Strategy::personalized:
            return "personalized";
        case Strategy::category_trending:
            return "category_trending";
        case Strategy::global_trending:
            return "global_trending";
        case Strategy::popular:
            return "popular";
        case Strategy::newest:
            return "newest";
        case Strategy::similar:
            return "similar";
        case Strategy::bought_together:
            return "bought_together";
        case Strategy::session:
            return "session";
        case Strategy::content:
            return "content";
    }
    return "unknown";
}

core::CandidateTable score_history(const History& history, NeighborReader& reader) {
    int seed_count;
    Seed* seeds = seeds_of(history, &seed_count);
    core::CandidateTable candidates;
    const Size most = static_cast<Size>(seed_count) * reader.limit();
    candidates.use(MemoryContextAllocHuge(CurrentMemoryContext, core::CandidateTable::bytes_for(most)), most);
    for (int i = 0; i < seed_count; i++) {
        if (seeds[i].weight <= 0) {
            continue;
        }
        const NeighborList list = reader.fetch(seeds[i].product_id);
        for (int n = 0; n < list.count; n++) {
            candidates.add(list.ids[n], seeds[i].product_id, seeds[i].weight * list.scores[n], list.co_counts == nullptr ? 0 : list.co_counts[n]);
        }
    }
    return candidates;
}

// Written as construct_array would, which takes longer to learn how to: an answer has an array in each row.
Datum reasons_array(const core::Candidate* candidate) {
    const core::Reasons reasons = candidate == nullptr ? core::Reasons{} : core::reasons_of(*candidate);
    if (reasons.count == 0) {
        return PointerGetDatum(construct_empty_array(INT8OID));
    }
    const Size bytes = sizeof(int64) * reasons.count;
    auto* array = static_cast<ArrayType*>(palloc(ARR_OVERHEAD_NONULLS(1) + bytes));
    SET_VARSIZE(array, ARR_OVERHEAD_NONULLS(1) + bytes);
    array->ndim = 1;
    array->dataoffset = 0;
    array->elemtype = INT8OID;
    *ARR_DIMS(array) = reasons.count;
    *ARR_LBOUND(array) = 1;
    memcpy(ARR_DATA_PTR(array), reasons.seeds, bytes);
    return PointerGetDatum(array);
}

void Stream::open(const StreamRequest& request) {
    begin_answer();
    request_ = request;
    context_ = CurrentMemoryContext;
    wanted_ = nullptr;
    candidates_ready_ = false;
    content_ready_ = false;
    content_ = {};
    content_position_ = 0;
    stage_ = request.first_fallback;
    list_open_ = false;
    neighbors_turn_ = true;
    newest_ = nullptr;
    newest_rows_ = nullptr;
    newest_count_ = 0;
    newest_position_ = 0;
    seen_.init(request.history.count + 64);
    if (request.leave_out_history) {
        for (int i = 0; i < request.history.count; i++) {
            seen_.insert(request.history.events[i].product_id);
        }
    }
    again_count_ = 0;
    again_position_ = 0;
    if (request.again != nullptr) {
        find_again();
    }
}

// Products of the history by the sum of their events' weights, among equals that of the newest event first.
void Stream::find_again() {
    struct Product {
        RankedProduct row;
        const HistoryEvent* heaviest;
    };
    const History& history = request_.history;
    auto* products = static_cast<Product*>(palloc(sizeof(Product) * std::max(history.count, 1)));
    int count = 0;
    for (const HistoryEvent* event = history.events; event < history.events + history.count; event++) {
        Product* known = std::find_if(products, products + count, [event](const Product& p) { return p.row.product_id == event->product_id; });
        if (known == products + count) {
            *known = {{event->product_id, 0, Strategy::again, nullptr}, event};
            count++;
        }
        known->row.score += event->weight;
        if (event->type_weight > known->heaviest->type_weight) {
            known->heaviest = event;
        }
    }
    again_ = static_cast<RankedProduct*>(palloc(sizeof(RankedProduct) * std::max(count, 1)));
    for (int i = 0; i < count; i++) {
        const int type = products[i].heaviest->type;
        if (type < 0 || !request_.again[type]) {
            continue;
        }
        int place = again_count_++;
        for (; place > 0 && again_[place - 1].score < products[i].row.score; place--) {
            again_[place] = again_[place - 1];
        }
        again_[place] = products[i].row;
    }
}

bool Stream::next_again(RankedProduct* product) {
    while (again_position_ < again_count_) {
        *product = again_[again_position_++];
        seen_.insert(product->product_id);
        if (wanted_ == nullptr || wanted_->contains(product->product_id)) {
            return true;
        }
    }
    return false;
}

// False when there is no model.
bool Stream::score_candidates() {
    if (request_.first_strategy == Strategy::session) {
        return score_last_session(request_.history, &candidates_);
    }
    NeighborReader reader;
    const bool opened = request_.first_strategy == Strategy::personalized ? reader.open_scored(request_.generation, request_.reading.scored_neighbors)
                                                                          : reader.open_kept(request_.generation);
    if (!opened) {
        return false;
    }
    candidates_ = score_history(request_.history, reader);
    reader.close();
    candidates_.start_popping();
    return true;
}

// While the two sides take turns, each product counts, wanted or not: a filter must not change the order of the others.
void Stream::restrict_to(const IdSet* wanted) {
    if (wanted == nullptr || wanted == wanted_ || request_.interleaved) {
        return;
    }
    wanted_ = wanted;
    if (candidates_ready_) {
        candidates_.keep_if([wanted](int64 product_id) { return wanted->contains(product_id); });
    }
}

bool Stream::is_new(int64 product_id) {
    return (wanted_ == nullptr || wanted_->contains(product_id)) && seen_.insert(product_id);
}

bool Stream::next_of_head(RankedProduct* product) {
    if (request_.interleaved) {
        const bool found = neighbors_turn_ ? next_neighbor(product) : next_fallback(product, Stage::global_trending);
        if (found) {
            neighbors_turn_ = !neighbors_turn_;
            return true;
        }
        // One side has no more: the other goes on alone.
        request_.interleaved = false;
    }
    return next_neighbor(product) || next_content(product);
}

bool Stream::next(RankedProduct* product) {
    return next_again(product) || next_of_head(product) || next_fallback(product, request_.last_stage);
}

bool Stream::next_neighbor(RankedProduct* product) {
    if (request_.has_neighbors && !candidates_ready_) {
        candidates_ready_ = true;
        request_.has_neighbors = score_candidates();
    }
    if (!request_.has_neighbors) {
        return false;
    }
    while (const core::Candidate* candidate = candidates_.pop()) {
        if (is_new(candidate->product_id)) {
            *product = {candidate->product_id, candidate->score, request_.first_strategy, candidate};
            return true;
        }
    }
    return false;
}

bool Stream::next_content(RankedProduct* product) {
    if (!content_ready_) {
        content_ready_ = true;
        if (request_.content != nullptr && request_.history.count > 0) {
            content_ = request_.content(request_);
        }
    }
    while (content_position_ < content_.count) {
        *product = content_.rows[content_position_++];
        if (is_new(product->product_id)) {
            return true;
        }
    }
    return false;
}

bool Stream::next_fallback(RankedProduct* product, Stage last) {
    while (stage_ <= last && stage_ <= Stage::newest) {
        if (stage_ == Stage::newest ? next_newest(product) : next_listed(product)) {
            return true;
        }
        advance_stage();
    }
    return false;
}

void Stream::advance_stage() {
    if (list_open_) {
        list_.close();
        list_open_ = false;
    }
    stage_ = static_cast<Stage>(static_cast<int>(stage_) + 1);
}

bool Stream::list_of(Stage stage, ListName* name) {
    switch (stage) {
        case Stage::category_trending:
            if (!request_.has_category) {
                find_home_category();
            }
            *name = {"trending", request_.time_window, request_.category_id};
            return request_.has_category;
        case Stage::global_trending:
            *name = {"trending", request_.time_window, core::kWholeShop};
            return true;
        case Stage::popular:
            *name = {"popularity", "all", core::kWholeShop};
            return true;
        default:
            return false;
    }
}

bool Stream::next_listed(RankedProduct* product) {
    if (!list_open_) {
        ListName name;
        list_open_ = list_of(stage_, &name) && list_.open(name);
        if (!list_open_) {
            return false;
        }
    }
    const Strategy strategy = stage_ == Stage::category_trending ? Strategy::category_trending
                              : stage_ == Stage::global_trending ? Strategy::global_trending
                                                                 : Strategy::popular;
    int64 product_id;
    double score;
    while (list_.next(&product_id, &score)) {
        if (is_new(product_id)) {
            *product = {product_id, score, strategy, nullptr};
            return true;
        }
    }
    return false;
}

bool Stream::next_newest(RankedProduct* product) {
    for (;;) {
        while (newest_position_ < newest_count_) {
            const RankedProduct& row = newest_rows_[newest_position_++];
            if (is_new(row.product_id)) {
                *product = row;
                return true;
            }
        }
        // The portal outlives SPI_finish and ends with the call or the transaction.
        bridge::connect();
        if (newest_ == nullptr) {
            const ProductPredicate& predicate = *request_.predicate;
            const char* sql = psprintf("SELECT p.product_id FROM %s p WHERE p.is_active%s%s"
                                       " AND ($1::bigint[] IS NULL) ORDER BY p.product_id DESC",
                                       bridge::qualified_name(request_.shop->products), predicate.sql, predicate.category_sql);
            char nulls[bridge::kMaxParameters];
            memset(nulls, ' ', sizeof nulls);
            nulls[0] = 'n';
            newest_ = SPI_cursor_open(nullptr, bridge::saved_plan(sql, predicate.parameters),
                                      const_cast<Datum*>(predicate.parameters.values), nulls, true);
        }
        SPI_cursor_fetch(newest_, true, kNewestBatch);
        newest_count_ = static_cast<int>(SPI_processed);
        newest_position_ = 0;
        if (newest_rows_ == nullptr) {
            MemoryContext outer = MemoryContextSwitchTo(context_);
            newest_rows_ = static_cast<RankedProduct*>(palloc(sizeof(RankedProduct) * kNewestBatch));
            MemoryContextSwitchTo(outer);
        }
        for (int i = 0; i < newest_count_; i++) {
            bool is_null;
            const int64 product_id = DatumGetInt64(SPI_getbinval(SPI_tuptable->vals[i], SPI_tuptable->tupdesc, 1, &is_null));
            newest_rows_[i] = {product_id, static_cast<double>(product_id), Strategy::newest, nullptr};
        }
        bridge::finish();
        if (newest_count_ == 0) {
            return false;
        }
    }
}

// Each history event gives its weight to its product's category; the heaviest wins, the smallest id among equals.
void Stream::find_home_category() {
    int seed_count;
    Seed* seeds = seeds_of(request_.history, &seed_count);
    struct Sum {
        int64 category_id;
        double weight;
    };
    auto* sums = static_cast<Sum*>(palloc(sizeof(Sum) * std::max(seed_count, 1)));
    int sum_count = 0;
    ProductReader products;
    const bool direct = seed_count > 0 && products.open(request_.shop->products);
    for (int i = 0; i < seed_count; i++) {
        int64 category_id;
        const bool has_category = direct ? products.fetch(seeds[i].product_id) && products.category(&category_id)
                                         : category_by_sql(*request_.shop, seeds[i].product_id, &category_id);
        if (!has_category) {
            continue;
        }
        int place = 0;
        while (place < sum_count && sums[place].category_id != category_id) {
            place++;
        }
        if (place == sum_count) {
            sums[sum_count++] = {category_id, 0};
        }
        sums[place].weight += seeds[i].weight;
    }
    if (direct) {
        products.close();
    }
    double best_weight = -1;
    for (int i = 0; i < sum_count; i++) {
        if (sums[i].weight > best_weight || (sums[i].weight == best_weight && sums[i].category_id < request_.category_id)) {
            best_weight = sums[i].weight;
            request_.category_id = sums[i].category_id;
        }
    }
    request_.has_category = sum_count > 0;
}

void Stream::close() {
    if (list_open_) {
        list_.close();
        list_open_ = false;
    }
    if (newest_ != nullptr) {
        SPI_cursor_close(newest_);
        newest_ = nullptr;
    }
}

}  // namespace shopsmart::ranking
