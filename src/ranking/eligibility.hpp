// Which products of a stream may be shown: they exist, are active, pass the filter and are not excluded, all in the
// caller's snapshot.
#pragma once

#include "ranking/product_reader.hpp"
#include "ranking/stream.hpp"

namespace shopsmart::ranking {

class Eligibility {
public:
    // exclude may be empty.
    void open(const bridge::ShopTables& shop, const ProductPredicate& predicate, const int64* exclude, int exclude_count);
    // Sets passes[i] for each product. still_wanted: how many more rows the caller needs.
    void check(const RankedProduct* products, int count, int still_wanted, bool* passes);
    // How many products to ask about next, when `wanted` more are needed.
    int next_batch(int wanted) const;
    // All products that can pass, once they are known; else nullptr.
    const IdSet* known() const { return mode_ == Mode::complete ? &eligible_ : nullptr; }
    // Whether every product that can pass has passed.
    bool is_exhausted() const;
    void close();

private:
    // direct: each product is looked up by its key. batches: a query for each batch of the stream. complete: one query
    // has told all products that pass, because few do.
    enum class Mode { direct, batches, complete };

    void check_batch(const RankedProduct* products, int count, bool* passes);
    void prepare_queries();
    double pass_rate() const;
    bool few_pass(int still_wanted) const;
    void read_all();

    const bridge::ShopTables* shop_;
    const ProductPredicate* predicate_;
    Mode mode_;
    MemoryContext context_;
    ProductReader reader_;
    IdSet excluded_;
    IdSet eligible_;    // all that pass, in mode complete
    int64 checked_;
    int64 passed_;
    const char* batch_query_;     // which of the products in $1 pass
    const char* complete_query_;  // all that pass
};

// How each source of products gives its next one.
inline bool next_product(Stream& stream, RankedProduct* product) { return stream.next(product); }

inline bool next_product(core::CandidateTable& candidates, RankedProduct* product) {
    const core::Candidate* candidate = candidates.pop();
    if (candidate != nullptr) {
        *product = {candidate->product_id, candidate->score, Strategy::similar, candidate};
    }
    return candidate != nullptr;
}

inline bool next_product(RankedListReader& list, RankedProduct* product) {
    *product = {0, 0, Strategy::global_trending, nullptr};
    return list.next(&product->product_id, &product->score);
}

// Lets a source skip what would not pass anyway.
inline void restrict_source(Stream& stream, const IdSet* eligible) { stream.restrict_to(eligible); }
inline void restrict_source(core::CandidateTable&, const IdSet*) {}
inline void restrict_source(RankedListReader&, const IdSet*) {}

// Fills rows with the first k eligible products of the source; returns how many there are.
template <class Source>
int take_eligible(Source& source, Eligibility& eligibility, int k, RankedProduct* rows) {
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
        while (count < wanted && next_product(source, &batch[count])) {
            count++;
        }
        if (count == 0) {
            break;
        }
        eligibility.check(batch, count, k - taken, passes);
        restrict_source(source, eligibility.known());
        for (int i = 0; i < count && taken < k; i++) {
            if (passes[i]) {
                rows[taken++] = batch[i];
            }
        }
    }
    return taken;
}

}  // namespace shopsmart::ranking
