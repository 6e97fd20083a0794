#include "core/weighted_rows.hpp"

#include <algorithm>
#include <cmath>

namespace shopsmart::core {

namespace {

constexpr std::size_t kRowsPerTask = 4096;

}  // namespace

bool WeightedRows::wanted(SimilarityKind kind) {
    return kind == SimilarityKind::tf_idf || kind == SimilarityKind::bm25 || kind == SimilarityKind::rp3beta;
}

WeightedRows::WeightedRows(BuildContext& context, EventCensus& census)
    : context_(context), census_(census), plain_(context, census), unit_(1) {
    const auto& classes = census.classes();
    if (!classes.weights.empty())
        unit_ = classes.given_weights.back() / classes.weights.back();
    sum_weights();
}

// Exact sums: the events come in any order.
void WeightedRows::sum_weights() {
    std::vector<ExactSum> units;
    for (const double weight : census_.classes().given_weights)
        units.push_back(census_.grid().units(weight));
    Buffer<ExactSum> users(context_.budget, census_.users(), ExactSum{0});
    Buffer<ExactSum> products(context_.budget, census_.products(), ExactSum{0});
    const auto take = [&](const Interaction& record) {
        users[census_.user_rank(record.user())] += units[record.weight_class()];
        products[record.product()] += units[record.weight_class()];
    };
    const auto& log = census_.interaction_log();
    if (log.given_up())
        census_.rescan_interactions(take);
    else
        for (std::size_t at = 0; at < log.chunks(); ++at) {
            std::ranges::for_each(log.chunk(at), take);
            context_.tick();
        }

    user_totals_ = Buffer<double>(context_.budget, census_.users());
    product_totals_ = Buffer<double>(context_.budget, census_.products());
    ExactSum all = 0;
    for (std::size_t user = 0; user < users.size(); ++user) {
        user_totals_[user] = census_.grid().value(users[user]);
        all += users[user];
    }
    for (std::size_t product = 0; product < products.size(); ++product)
        product_totals_[product] = census_.grid().value(products[product]);
    mean_total_ = census_.grid().value(all) / std::max(1.0, static_cast<double>(context_.report.users));
}

SparseRows<double> WeightedRows::rows(const ColumnSet& set) {
    auto rows = plain_.rows(set);
    const Similarity& similarity = context_.similarity;
    const auto all_users = static_cast<double>(context_.report.users);
    const auto all_products = static_cast<double>(context_.report.products);

    Buffer<double> rarity(context_.budget, similarity.kind == SimilarityKind::bm25 ? set.columns() : 0, 0.0);
    if (!rarity.empty()) {
        context_.run_alone(rows.rows() + rows.entries.size(), [&](const CancelToken& cancel) {
            for (std::size_t row = 0; row < rows.rows(); ++row) {
                if (row % kRowsPerTask == 0)
                    cancel.check();
                for (const auto& entry : rows.row(row))
                    rarity[entry.column] += 1;
            }
        });
        for (double& users : rarity)
            users = std::log(1 + (all_users - users + 0.5) / (users + 0.5));
    }
    Buffer<double> activity(context_.budget, similarity.kind == SimilarityKind::tf_idf ? rows.rows() : 0);
    if (!activity.empty())
        for (std::uint32_t user = 0; user < census_.users(); ++user)
            activity[census_.user_rank(user)] =
                std::log(1 + all_products / std::max(1U, census_.user_tally(user).interactions));

    const auto weighted = [&](std::size_t row, const Entry<double>& entry) {
        const double weight = entry.weight * unit_;
        switch (similarity.kind) {
            case SimilarityKind::tf_idf:
                return weight * activity[row];
            case SimilarityKind::bm25: {
                const double length =
                    1 - similarity.length_share + similarity.length_share * user_totals_[row] / mean_total_;
                return weight * (similarity.saturation + 1) / (weight + similarity.saturation * length) *
                       rarity[entry.column];
            }
            default:
                return std::pow(weight / std::sqrt(user_totals_[row]), similarity.walk_exponent);
        }
    };
    context_.run((rows.rows() + kRowsPerTask - 1) / kRowsPerTask,
                 [&](std::size_t task, unsigned, const CancelToken& cancel) {
                     const std::size_t last = std::min(rows.rows(), (task + 1) * kRowsPerTask);
                     cancel.check();
                     for (std::size_t row = task * kRowsPerTask; row < last; ++row)
                         for (auto& entry : rows.row(row))
                             entry.weight = weighted(row, entry);
                 });
    return rows;
}

std::size_t WeightedRows::working_bytes(std::uint64_t entries, std::size_t columns) const {
    return plain_.working_bytes(entries, columns) + std::max(columns, row_count()) * sizeof(double);
}

}  // namespace shopsmart::core
