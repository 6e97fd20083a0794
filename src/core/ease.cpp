#include "core/ease.hpp"

#include <algorithm>

#include "core/interaction_matrix.hpp"
#include "core/neighbor_delivery.hpp"
#include "core/symmetric_matrix.hpp"

namespace shopsmart::core {

namespace {

constexpr std::size_t kMostProducts = 20'000;  // 1.6 GB

class EaseBuild {
public:
    EaseBuild(BuildContext& context, EventCensus& census)
        : context_(context),
          census_(census),
          kept_(std::min<std::size_t>(context.kept_neighbors, std::max(census.products(), 1U))),
          matrix_(load_interactions(context, census)) {}

    NeighborCounts run() {
        const std::size_t products = matrix_.columns();
        require_room(products);
        SymmetricMatrix gram(context_.budget, products);
        fill(gram);
        gram.invert(context_, [&](std::size_t columns) { context_.done = products + columns; });
        NeighborLists lists(context_.budget, products, kept_);
        keep_best(gram, lists);
        return {deliver(context_, census_, Model::similarity, matrix_.ranks.view(), lists), 1};
    }

private:
    // Before anything large is made.
    void require_room(std::size_t products) {
        if (products > kMostProducts)
            throw TooManyProducts("ease", products, kMostProducts);
        const std::size_t bytes = SymmetricMatrix::bytes_for(products) + NeighborLists::bytes_for(products, kept_) +
                                  std::max(scratch_bytes(products), delivery_bytes(products, kept_));
        while (bytes > context_.budget.available())
            if (!context_.budget.give_up())
                context_.budget.refuse(context_.budget.used() + bytes);
        context_.begin(Phase::similarity, 3 * products);
    }
    std::size_t scratch_bytes(std::size_t products) const {
        return context_.team.size() * (products * (2 * sizeof(double) + sizeof(std::uint32_t)) +
                                       OwnNeighbors::room_for(kept_) * sizeof(Neighbor));
    }

    // XᵀX + lambda I; X is binary, so that XᵀX counts common users.
    void fill(SymmetricMatrix& gram) {
        for_each_column(context_, matrix_.columns(), 0, [&](std::uint32_t product, unsigned, const CancelToken& cancel) {
            matrix_.for_each_pair(product, cancel, [&](std::uint32_t other) {
                if (other <= product)
                    gram.at(product, other) += 1;
            });
            gram.at(product, product) += context_.similarity.ridge;
        });
    }

    void keep_best(const SymmetricMatrix& inverse, NeighborLists& lists) {
        const std::size_t products = matrix_.columns();
        const unsigned workers = context_.team.size();
        Buffer<double> rows(context_.budget, workers * products);
        Buffer<std::uint32_t> counts(context_.budget, workers * products, 0U);
        Buffer<Neighbor> rooms(context_.budget, workers * OwnNeighbors::room_for(kept_));
        for_each_column(context_, products, 2 * products, [&](std::uint32_t product, unsigned worker, const CancelToken& cancel) {
            const auto row = rows.view().subspan(worker * products, products);
            const auto co_counts = counts.view().subspan(worker * products, products);
            const std::size_t room = OwnNeighbors::room_for(kept_);
            OwnNeighbors best(rooms.view().subspan(worker * room, room), kept_, 0);
            matrix_.for_each_pair(product, cancel, [&](std::uint32_t other) { ++co_counts[other]; });
            inverse.copy_row(product, row);
            for (std::uint32_t other = 0; other < products; ++other) {
                const std::uint32_t co_count = std::exchange(co_counts[other], 0);
                const double score = row[other] / -inverse.at(other, other);
                if (score != 0 && other != product && co_count >= context_.min_co_count())
                    best.offer(Neighbor{score, matrix_.ranks[other], co_count});
            }
            lists.offer(product, best.best());
        });
    }

    BuildContext& context_;
    EventCensus& census_;
    std::size_t kept_;
    InteractionMatrix matrix_;
};

}  // namespace

NeighborCounts build_ease(BuildContext& context, EventCensus& census) { return EaseBuild(context, census).run(); }

}  // namespace shopsmart::core
