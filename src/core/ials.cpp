#include "core/ials.hpp"

#include <algorithm>
#include <cmath>

#include "core/interaction_matrix.hpp"
#include "core/neighbor_delivery.hpp"
#include "core/random_bits.hpp"

namespace shopsmart::core {

namespace {

// Sums over all rows are made of this many parts, so that they do not depend on the number of threads.
constexpr std::size_t kGramParts = 32;
constexpr double kFirstDeviation = 0.1;  // of |y(i)|, before the first iteration

// Solves A x = b in place by Cholesky: A = UᵀU. Only the upper half of A is read; it becomes U. No pivot is smaller than the
// regularization, which grows with what else is in A and is at least a millionth of it: far more than rounding takes away.
void solve(std::span<double> matrix, std::span<double> vector) {
    const std::size_t size = vector.size();
    for (std::size_t k = 0; k < size; ++k) {
        double* const pivot_row = &matrix[k * size];
        const double pivot = std::sqrt(pivot_row[k]);
        pivot_row[k] = pivot;
        for (std::size_t i = k + 1; i < size; ++i)
            pivot_row[i] /= pivot;
        vector[k] /= pivot;
        for (std::size_t i = k + 1; i < size; ++i) {
            const double factor = pivot_row[i];
            double* const row = &matrix[i * size];
            for (std::size_t j = i; j < size; ++j)
                row[j] -= factor * pivot_row[j];
            vector[i] -= factor * vector[k];
        }
    }
    for (std::size_t k = size; k-- > 0;) {
        const double* const row = &matrix[k * size];
        for (std::size_t i = k + 1; i < size; ++i)
            vector[k] -= row[i] * vector[i];
        vector[k] /= row[k];
    }
}

// Upper half of matrix += vector vectorᵀ.
void add_square(std::span<double> matrix, std::span<const double> vector) {
    const std::size_t size = vector.size();
    for (std::size_t i = 0; i < size; ++i) {
        const double factor = vector[i];
        double* const row = &matrix[i * size];
        for (std::size_t j = i; j < size; ++j)
            row[j] += factor * vector[j];
    }
}

double dot(std::span<const double> a, std::span<const double> b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
    return sum;
}

class IalsBuild {
public:
    IalsBuild(BuildContext& context, EventCensus& census)
        : context_(context),
          census_(census),
          similarity_(context.similarity),
          size_(static_cast<std::size_t>(similarity_.factors)),
          rounds_(static_cast<std::size_t>(similarity_.iterations)),
          kept_(std::min<std::size_t>(context.kept_neighbors, std::max(census.products(), 1U))),
          matrix_(load_interactions(context, census)) {}

    NeighborCounts run() {
        const std::size_t products = matrix_.columns();
        const std::size_t users = matrix_.users.rows();
        require_room();
        NeighborLists lists(context_.budget, products, kept_);
        {
            const unsigned workers = context_.team.size();
            gram_ = Buffer<double>(context_.budget, square(), 0.0);
            gram_parts_ = Buffer<double>(context_.budget, kGramParts * square());
            systems_ = Buffer<double>(context_.budget, workers * square());
            product_factors_ = Buffer<double>(context_.budget, checked_bytes(products, size_));
            {
                Buffer<double> user_factors(context_.budget, checked_bytes(users, size_));
                start();
                for (std::size_t round = 0; round < rounds_; ++round) {
                    const std::size_t done = round * (users + products);
                    improve(matrix_.users, user_factors.view(), product_factors_.view(), done);
                    improve(matrix_.products, product_factors_.view(), user_factors.view(), done + users);
                }
            }
            keep_best(lists);
            product_factors_ = {};
            gram_parts_ = {};
            systems_ = {};
        }
        return {deliver(context_, census_, Model::similarity, matrix_.ranks.view(), lists), 1};
    }

private:
    std::size_t square() const { return size_ * size_; }

    // Before anything large is made.
    void require_room() {
        const std::size_t products = matrix_.columns();
        const std::size_t users = matrix_.users.rows();
        const std::size_t workers = context_.team.size();
        const std::size_t scoring = workers * (products * sizeof(std::uint32_t) + size_ * sizeof(double) +
                                               OwnNeighbors::room_for(kept_) * sizeof(Neighbor));
        const std::size_t bytes =
            NeighborLists::bytes_for(products, kept_) + (1 + kGramParts + workers) * square() * sizeof(double) +
            products * size_ * sizeof(double) +
            std::max({users * size_ * sizeof(double), scoring, delivery_bytes(products, kept_)});
        while (bytes > context_.budget.available())
            if (!context_.budget.give_up())
                context_.budget.refuse(context_.budget.used() + bytes);
        context_.begin(Phase::similarity, rounds_ * (users + products) + products);
    }

    // Any start does in which no two factors are the same; users come in one order, whatever that of the events.
    void start() {
        const double width = kFirstDeviation * std::sqrt(12.0 / static_cast<double>(size_));
        for (std::size_t column = 0; column < matrix_.columns(); ++column) {
            RandomBits random(0, static_cast<std::uint64_t>(census_.product_id(matrix_.ranks[column])));
            for (double& factor : row_of(product_factors_.view(), column))
                factor = width * (static_cast<double>(random.next() >> 11) * 0x1p-53 - 0.5);
        }
        context_.run((matrix_.users.rows() + kRowsPerTask - 1) / kRowsPerTask,
                     [&](std::size_t task, unsigned, const CancelToken& cancel) {
                         cancel.check();
                         const std::size_t last = std::min(matrix_.users.rows(), (task + 1) * kRowsPerTask);
                         for (std::size_t user = task * kRowsPerTask; user < last; ++user)
                             std::ranges::sort(matrix_.users.row(user), {}, &Entry<double>::column);
                     });
    }

    template <class Value>
    std::span<Value> row_of(std::span<Value> factors, std::size_t row) const {
        return factors.subspan(row * size_, size_);
    }
    std::span<double> system_of(unsigned worker) { return systems_.view().subspan(worker * square(), square()); }

    double ridge(std::size_t interactions, std::size_t others) const {
        return similarity_.regularization *
               (static_cast<double>(interactions) + similarity_.unobserved_weight * static_cast<double>(others));
    }

    // gram_ = unobserved_weight Σ y yᵀ over all rows, upper half.
    void add_up(std::span<const double> factors) {
        const std::size_t rows = factors.size() / size_;
        context_.run(kGramParts, [&](std::size_t part, unsigned, const CancelToken& cancel) {
            const auto sum = gram_parts_.view().subspan(part * square(), square());
            std::ranges::fill(sum, 0.0);
            for (std::size_t row = part * rows / kGramParts; row < (part + 1) * rows / kGramParts; ++row) {
                cancel.check();
                add_square(sum, row_of(factors, row));
            }
        });
        std::ranges::fill(gram_, 0.0);
        for (std::size_t part = 0; part < kGramParts; ++part)
            for (std::size_t at = 0; at < square(); ++at)
                gram_[at] += similarity_.unobserved_weight * gram_parts_[part * square() + at];
    }

    // The best factors of one side, those of the other side being what they are.
    void improve(const SparseRows<double>& rows, std::span<double> factors, std::span<const double> others, std::size_t done_before) {
        add_up(others);
        for_each_column(context_, rows.rows(), done_before, [&](std::uint32_t at, unsigned worker, const CancelToken& cancel) {
            const auto interactions = rows.row(at);
            const auto solution = row_of(factors, at);
            std::ranges::fill(solution, 0.0);
            if (interactions.empty())
                return;
            const auto system = system_of(worker);
            std::ranges::copy(gram_, system.begin());
            for (const auto& other : interactions) {
                cancel.check();
                const auto factor = row_of(others, other.column);
                add_square(system, factor);
                for (std::size_t i = 0; i < size_; ++i)
                    solution[i] += factor[i];
            }
            finish(system, solution, ridge(interactions.size(), others.size() / size_));
        });
    }

    void finish(std::span<double> system, std::span<double> solution, double ridge) const {
        for (std::size_t i = 0; i < size_; ++i)
            system[i * size_ + i] += ridge;
        solve(system, solution);
    }

    void keep_best(NeighborLists& lists) {
        const std::size_t products = matrix_.columns();
        const std::size_t room = OwnNeighbors::room_for(kept_);
        const unsigned workers = context_.team.size();
        Buffer<std::uint32_t> counts(context_.budget, workers * products, 0U);
        Buffer<double> solutions(context_.budget, workers * size_);
        Buffer<Neighbor> rooms(context_.budget, workers * room);
        const std::span<const double> factors = product_factors_.view();
        add_up(factors);
        for_each_column(context_, products, context_.total - products, [&](std::uint32_t product, unsigned worker, const CancelToken& cancel) {
            const auto system = system_of(worker);
            const auto solution = row_of(solutions.view(), worker);
            std::ranges::copy(gram_, system.begin());
            std::ranges::copy(row_of(factors, product), solution.begin());
            add_square(system, row_of(factors, product));
            finish(system, solution, ridge(1, products));

            const auto co_counts = counts.view().subspan(worker * products, products);
            OwnNeighbors best(rooms.view().subspan(worker * room, room), kept_, 0);
            matrix_.for_each_pair(product, cancel, [&](std::uint32_t other) { ++co_counts[other]; });
            for (std::uint32_t other = 0; other < products; ++other) {
                const std::uint32_t co_count = std::exchange(co_counts[other], 0);
                if (co_count < context_.min_co_count() || other == product)
                    continue;
                const double score = dot(solution, row_of(factors, other));
                if (score != 0)
                    best.offer(Neighbor{score, matrix_.ranks[other], co_count});
            }
            lists.offer(product, best.best());
        });
    }

    static constexpr std::size_t kRowsPerTask = 256;

    BuildContext& context_;
    EventCensus& census_;
    const Similarity& similarity_;
    std::size_t size_;    // factors of each user and product
    std::size_t rounds_;
    std::size_t kept_;
    InteractionMatrix matrix_;
    Buffer<double> product_factors_;
    Buffer<double> gram_;
    Buffer<double> gram_parts_;
    Buffer<double> systems_;  // of each worker: its linear equations
};

}  // namespace

NeighborCounts build_ials(BuildContext& context, EventCensus& census) { return IalsBuild(context, census).run(); }

}  // namespace shopsmart::core
