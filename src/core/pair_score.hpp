// The score of a pair from its dot product, its co-count, and what is known of its two products.
//
//     cosine, tf_idf   dot / sqrt(dot(i,i) * dot(j,j))
//     bm25             dot                                      (all is in the weights: core/weighted_rows.hpp)
//     rp3beta          dot * total(i)^-alpha * (users(j) + smoothing)^-beta   (j in the list of i)
//     llr              1 - 1 / (1 + G), G the log-likelihood ratio of "user of i" and "user of j"; 0 unless they meet
//                      more often than by chance
//
// each times co_count / (co_count + shrinkage). rp3beta is the only one in which i and j are not of equal standing.
#pragma once

#include <cmath>
#include <cstdint>

#include "core/model_build.hpp"

namespace shopsmart::core {

// One product of a pair.
struct PairSide {
    double as_target;     // factor of scores in its own list
    double as_candidate;  // factor of its score in lists of others
    double users;
};

// Beyond rounding, a cosine is at most 1; more comes of weights so far apart that their squares underflow.
inline double cosine_of(double dot, double square, double other_square) {
    constexpr double kImpossibleScore = 2;
    const double score = dot / std::sqrt(square * other_square);
    return score < kImpossibleScore ? score : 0;
}

class PairScore {
public:
    PairScore() = default;
    // users: with an interaction of positive weight.
    PairScore(const Similarity& similarity, double users) : similarity_(similarity), users_(users) {}

    // Whether a score is cosine_of() and no more.
    bool is_plain_cosine() const {
        return (similarity_.kind == SimilarityKind::cosine || similarity_.kind == SimilarityKind::tf_idf) &&
               similarity_.shrinkage == 0;
    }

    // total: sum of the product's weights as they were before core/weighted_rows.hpp.
    PairSide side(double total, double users) const {
        if (similarity_.kind != SimilarityKind::rp3beta)
            return {1, 1, users};
        return {std::pow(total, -similarity_.walk_exponent), std::pow(users + similarity_.popularity_smoothing, -similarity_.popularity_exponent), users};
    }

    // Of the candidate in the list of the target.
    double of(double dot, std::uint32_t co_count, double square, double other_square, const PairSide& target,
              const PairSide& candidate) const {
        const double shrunk = co_count / (co_count + similarity_.shrinkage);
        switch (similarity_.kind) {
            case SimilarityKind::cosine:
            case SimilarityKind::tf_idf:
                return shrunk * cosine_of(dot, square, other_square);
            case SimilarityKind::bm25:
            case SimilarityKind::rp3beta:
                return shrunk * (dot * (target.as_target * candidate.as_candidate));
            case SimilarityKind::llr:
            case SimilarityKind::ease:  // no sums over pairs: core/ease.hpp, core/slim.hpp, core/ials.hpp
            case SimilarityKind::slim:
            case SimilarityKind::ials:
                break;
        }
        const double ratio = log_likelihood_ratio(co_count, target.users, candidate.users);
        return shrunk * (1 - 1 / (1 + ratio));
    }

private:
    // Dunning: Accurate methods for the statistics of surprise and coincidence, Computational Linguistics 1993.
    // G = 2 Σ k ln(k N / (row sum * column sum)) over the four cells of "has i" and "has j".
    double log_likelihood_ratio(double both, double users_i, double users_j) const {
        if (both * users_ <= users_i * users_j)
            return 0;
        const auto cell = [this](double count, double row, double column) {
            return count > 0 ? count * std::log(count * users_ / (row * column)) : 0;
        };
        const double others_i = users_ - users_i;
        const double others_j = users_ - users_j;
        return 2 * (cell(both, users_i, users_j) + cell(users_i - both, users_i, others_j) +
                    cell(users_j - both, others_i, users_j) + cell(others_i - users_j + both, others_i, others_j));
    }

    Similarity similarity_{};
    double users_ = 0;
};

}  // namespace shopsmart::core
