// The weights of a product by coordinate descent (Friedman, Hastie, Tibshirani: Regularization paths for generalized
// linear models via coordinate descent, Journal of Statistical Software 2010): one weight after another is set to its
// best value, the others staying as they are. With r the residual, which is kept for each user,
//
//     W(i,j) = max(0, x(i)·r + n(i) W(i,j) - l1) / (n(i) + l2)
//
// A round goes over all candidates; the rounds between go over those with a weight only, which are few.
#include "core/slim.hpp"

#include <algorithm>
#include <cmath>

#include "core/interaction_matrix.hpp"
#include "core/neighbor_delivery.hpp"

namespace shopsmart::core {

namespace {

constexpr double kSmallStep = 1e-5;  // weights that move less stand still
constexpr int kMostRounds = 1000;

class SlimBuild {
public:
    SlimBuild(BuildContext& context, EventCensus& census)
        : context_(context),
          census_(census),
          kept_(std::min<std::size_t>(context.kept_neighbors, std::max(census.products(), 1U))),
          candidates_(static_cast<std::size_t>(context.similarity.candidates)),
          matrix_(load_interactions(context, census)) {}

    NeighborCounts run() {
        const std::size_t products = matrix_.columns();
        require_room(products);
        NeighborLists lists(context_.budget, products, kept_);
        {
            const unsigned workers = context_.team.size();
            column_of_rank_ = Buffer<std::uint32_t>(context_.budget, census_.products(), kNoColumn);
            for (std::uint32_t column = 0; column < products; ++column)
                column_of_rank_[matrix_.ranks[column]] = column;
            counts_ = Buffer<std::uint32_t>(context_.budget, workers * products, 0U);
            residuals_ = Buffer<double>(context_.budget, workers * census_.users(), 0.0);
            rooms_ = Buffer<Neighbor>(context_.budget, workers * OwnNeighbors::room_for(candidates_));
            weights_ = Buffer<double>(context_.budget, workers * candidates_);
            for_each_column(context_, products, 0, [&](std::uint32_t product, unsigned worker, const CancelToken& cancel) {
                learn(product, worker, cancel, lists);
            });
        }
        return {deliver(context_, census_, Model::similarity, matrix_.ranks.view(), lists), 1};
    }

private:
    // Before anything large is made.
    void require_room(std::size_t products) {
        const std::size_t bytes =
            NeighborLists::bytes_for(products, kept_) + delivery_bytes(products, kept_) +
            census_.products() * sizeof(std::uint32_t) +
            context_.team.size() * (products * sizeof(std::uint32_t) + census_.users() * sizeof(double) +
                                    OwnNeighbors::room_for(candidates_) * sizeof(Neighbor) + candidates_ * sizeof(double));
        while (bytes > context_.budget.available())
            if (!context_.budget.give_up())
                context_.budget.refuse(context_.budget.used() + bytes);
        context_.begin(Phase::similarity, products);
    }

    // The products with the largest cosine n(i,j) / sqrt(n(i) n(j)), best first.
    std::span<Neighbor> candidates_of(std::uint32_t product, unsigned worker, const CancelToken& cancel) {
        const std::size_t products = matrix_.columns();
        const auto counts = counts_.view().subspan(worker * products, products);
        const auto room = rooms_.view().subspan(worker * OwnNeighbors::room_for(candidates_), OwnNeighbors::room_for(candidates_));
        OwnNeighbors best(room, candidates_, 0);
        matrix_.for_each_pair(product, cancel, [&](std::uint32_t other) { ++counts[other]; });
        for (std::uint32_t other = 0; other < products; ++other) {
            const std::uint32_t count = std::exchange(counts[other], 0);
            if (count >= context_.min_co_count() && other != product)
                best.offer(Neighbor{count / std::sqrt(users_of(product) * users_of(other)), matrix_.ranks[other], count});
        }
        const auto found = room.first(best.best().size());
        std::sort(found.begin(), found.end(), better);
        return found.first(std::min(found.size(), candidates_));
    }

    void learn(std::uint32_t product, unsigned worker, const CancelToken& cancel, NeighborLists& lists) {
        const auto candidates = candidates_of(product, worker, cancel);
        const auto weights = weights_.view().subspan(worker * candidates_, candidates.size());
        const auto residual = residuals_.view().subspan(worker * census_.users(), census_.users());
        std::ranges::fill(weights, 0.0);
        for (const auto& user : matrix_.products.row(product))
            residual[user.column] = 1;
        descend(candidates, weights, residual, cancel);

        // Only these are not zero.
        for (const auto& user : matrix_.products.row(product))
            residual[user.column] = 0;
        for (std::size_t at = 0; at < candidates.size(); ++at) {
            const std::uint32_t column = column_of_rank_[candidates[at].product];
            for (const auto& user : matrix_.products.row(column))
                residual[user.column] = 0;
            if (weights[at] > 0) {
                const Neighbor neighbor{weights[at], matrix_.ranks[product], candidates[at].co_count};
                lists.offer(column, {&neighbor, 1});
            }
        }
    }

    void descend(std::span<const Neighbor> candidates, std::span<double> weights, std::span<double> residual,
                 const CancelToken& cancel) const {
        bool all = true;
        for (int round = 0; round < kMostRounds; ++round) {
            double largest_step = 0;
            for (std::size_t at = 0; at < candidates.size(); ++at)
                if (all || weights[at] > 0)
                    largest_step = std::max(largest_step, move(column_of_rank_[candidates[at].product], weights[at], residual));
            cancel.check();
            if (largest_step >= kSmallStep) {
                all = false;
                continue;
            }
            if (all)
                return;
            all = true;  // those that had no weight may want one now
        }
    }

    // Sets a weight to its best value; returns by how much it moved.
    double move(std::uint32_t column, double& weight, std::span<double> residual) const {
        const auto users = matrix_.products.row(column);
        double correlation = 0;
        for (const auto& user : users)
            correlation += residual[user.column];
        const double wanted = correlation + users_of(column) * weight - context_.similarity.sparsity;
        const double best = std::max(0.0, wanted) / (users_of(column) + context_.similarity.smoothness);
        const double step = best - weight;
        if (step != 0)
            for (const auto& user : users)
                residual[user.column] -= step;
        weight = best;
        return std::abs(step);
    }

    double users_of(std::uint32_t column) const { return static_cast<double>(matrix_.products.row(column).size()); }

    BuildContext& context_;
    EventCensus& census_;
    std::size_t kept_;
    std::size_t candidates_;
    InteractionMatrix matrix_;
    Buffer<std::uint32_t> column_of_rank_;
    // Of each worker:
    Buffer<std::uint32_t> counts_;  // common users by column
    Buffer<double> residuals_;      // by user
    Buffer<Neighbor> rooms_;        // candidates
    Buffer<double> weights_;        // of the candidates
};

}  // namespace

NeighborCounts build_slim(BuildContext& context, EventCensus& census) { return SlimBuild(context, census).run(); }

}  // namespace shopsmart::core
