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

// Fills rows with the first k products of the stream that pass the request's predicate and are not excluded (there may
// be none); returns how many there are.
int take_eligible(const StreamRequest& request, const int64* exclude, int exclude_count, int k, RankedProduct* rows);

}  // namespace shopsmart::ranking
