// The matrix of similarity with other weights than the plain w(u,i). With L(u) the sum of a user's weights and mean L
// that of all users, E(u) the number of a user's events, n(i) the number of a product's users, N that of all users and
// P that of all products:
//
//     tf_idf    w' = w * ln(1 + P / E(u))
//               A user with few events says more about each (inverse user frequency; Breese, Heckerman, Kadie:
//               Empirical analysis of predictive algorithms for collaborative filtering, UAI 1998).
//     bm25      w' = w * (k1 + 1) / (w + k1 * (1 - b + b * L(u) / mean L)) * ln(1 + (N - n(i) + 0.5) / (n(i) + 0.5))
//               Users as documents, products as their words (Robertson, Zaragoza: The probabilistic relevance
//               framework: BM25 and beyond, 2009; with the idf of Lucene, which stays positive).
//     rp3beta   w' = (w / sqrt(L(u)))^alpha
//               dot(i,j) * (Σ_u w(u,i))^-alpha then is the probability of a walk from i over a user to j, with all
//               steps taken to the power of alpha (Christoffel, Paudel, Newell, Bernstein: Blockbusters and
//               wallflowers: accurate, diverse, and scalable recommendations with random walks, RecSys 2015).
#pragma once

#include "core/interaction_rows.hpp"

namespace shopsmart::core {

class WeightedRows final : public MatrixSource<double> {
public:
    // Whether a kind of similarity wants weights of its own.
    static bool wanted(SimilarityKind kind);

    WeightedRows(BuildContext& context, EventCensus& census);

    SparseRows<double> rows(const ColumnSet& set) override;
    std::size_t row_count() const override { return plain_.row_count(); }
    std::uint32_t entries_of(std::uint32_t product) const override { return plain_.entries_of(product); }
    double total_of(std::uint32_t product) const override {
        return product_totals_.empty() ? 0 : product_totals_[product];
    }
    std::size_t working_bytes(std::uint64_t entries, std::size_t columns) const override;
    std::size_t result_bytes(std::uint64_t entries) const override { return plain_.result_bytes(entries); }
    std::size_t kept_bytes() const override { return plain_.kept_bytes(); }
    void drop_kept() override { plain_.drop_kept(); }

private:
    void sum_weights();

    BuildContext& context_;
    EventCensus& census_;
    InteractionRows<double> plain_;
    double unit_;                    // what 1 stands for in the plain matrix
    Buffer<double> user_totals_;     // L(u), by rank of the user
    Buffer<double> product_totals_;  // Σ_u w(u,i), by product
    double mean_total_ = 0;
};

}  // namespace shopsmart::core
