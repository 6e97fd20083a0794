// Lists of one model for all test users, and their metrics by segment.
#include <algorithm>
#include <cmath>
#include <functional>

#include "core/evaluation.hpp"

namespace shopsmart::core {

namespace {

constexpr std::size_t kUsersPerTask = 64;

// The lists of all users: a row each, of as many product numbers as the largest k; kNone behind the last.
class Lists {
public:
    static constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

    Lists(const JudgeInput& input, const Recommender& recommender)
        : width_(input.ks.back()), products_(input.budget, input.split.users().size() * width_, kNone) {
        const auto& users = input.split.users();
        std::vector<RecommenderScratch> scratches(input.team.size());
        std::vector<std::vector<std::int64_t>> lists(input.team.size());
        const auto fill = [&](std::size_t task, unsigned worker, const CancelToken& cancel) {
            const std::size_t last = std::min(users.size(), (task + 1) * kUsersPerTask);
            for (std::size_t user = task * kUsersPerTask; user < last; ++user) {
                cancel.check();
                recommender.recommend(users[user], width_, scratches[worker], lists[worker]);
                for (std::size_t rank = 0; rank < lists[worker].size(); ++rank)
                    products_[user * width_ + rank] = input.split.products().number_of(lists[worker][rank]);
            }
        };
        input.team.run((users.size() + kUsersPerTask - 1) / kUsersPerTask, fill, input.tick);
    }

    std::span<const std::uint32_t> of(std::size_t user) const { return {products_.begin() + user * width_, width_}; }

private:
    std::uint32_t width_;
    Buffer<std::uint32_t> products_;
};

// A user of a segment with the answers that count there, as product numbers, ascending.
struct SegmentUser {
    std::size_t user;
    std::vector<std::uint32_t> answers;
};

Segment segment_by_history(std::uint32_t events) {
    return events == 0    ? Segment::history_0
           : events == 1  ? Segment::history_1
           : events <= 5  ? Segment::history_2_5
           : events <= 20 ? Segment::history_6_20
                          : Segment::history_21_more;
}

std::vector<SegmentUser> users_of(const EvaluationSplit& split, Segment segment) {
    const bool everybody = segment == Segment::all || segment == Segment::new_products;
    std::vector<SegmentUser> chosen;
    for (std::size_t user = 0; user < split.users().size(); ++user) {
        const TestUser& test_user = split.users()[user];
        if (!everybody && segment != segment_by_history(test_user.history_length))
            continue;
        SegmentUser judged{user, {}};
        for (const std::int64_t answer : test_user.answers) {
            const std::uint32_t number = split.products().number_of(answer);
            if (segment != Segment::new_products || split.products().events(number) == 0)
                judged.answers.push_back(number);
        }
        std::ranges::sort(judged.answers);
        if (!judged.answers.empty())
            chosen.push_back(std::move(judged));
    }
    return chosen;
}

// What the lists of a segment show, whoever they are for.
class Exposure {
public:
    Exposure(const JudgeInput& input, const Lists& lists, std::span<const SegmentUser> users)
        : input_(input), by_k_(input.ks.size()) {
        const KnownProducts& products = input.split.products();
        const std::uint32_t most = input.ks.back();
        std::vector<std::uint32_t> best_rank(products.size(), most + 1);
        for (const SegmentUser& judged : users) {
            const auto list = lists.of(judged.user);
            for (std::uint32_t rank = 1; rank <= most && list[rank - 1] != Lists::kNone; ++rank) {
                best_rank[list[rank - 1]] = std::min(best_rank[list[rank - 1]], rank);
                show(rank, products.events(list[rank - 1]));
            }
            for (const std::uint32_t answer : judged.answers)
                answer_events_ += static_cast<double>(products.events(answer));
            answers_ += static_cast<double>(judged.answers.size());
        }
        for (std::size_t at = 0; at < by_k_.size(); ++at)
            by_k_[at].products =
                std::ranges::count_if(best_rank, [&](std::uint32_t rank) { return rank <= input.ks[at]; });
        for (std::size_t at = 1; at < by_k_.size(); ++at)
            by_k_[at].add(by_k_[at - 1]);
    }

    void describe(std::size_t at, EvaluationRow& row) const {
        const Shown& shown = by_k_[at];
        const std::uint64_t catalog = std::max<std::uint64_t>(input_.catalog_products, input_.split.products().size());
        row.coverage = static_cast<double>(shown.products) / static_cast<double>(catalog);
        if (shown.places > 0)
            row.novelty = shown.information / shown.places;
        if (shown.places > 0 && answer_events_ > 0)
            row.popularity_bias = (shown.events / shown.places) / (answer_events_ / answers_);
    }

private:
    struct Shown {
        double places = 0;
        double events = 0;
        double information = 0;
        std::ptrdiff_t products = 0;
        void add(const Shown& smaller_k) {
            places += smaller_k.places;
            events += smaller_k.events;
            information += smaller_k.information;
        }
    };

    // In the smallest k that reaches so far; the larger ones are added up later.
    void show(std::uint32_t rank, std::uint64_t events) {
        Shown& shown = by_k_[static_cast<std::size_t>(std::ranges::lower_bound(input_.ks, rank) - input_.ks.begin())];
        const auto all = static_cast<double>(input_.split.products().all_events());
        shown.places += 1;
        shown.events += static_cast<double>(events);
        // A product without past events counts like one with a single event.
        shown.information +=
            std::log2(std::max(all, 1.0)) - std::log2(static_cast<double>(std::max<std::uint64_t>(events, 1)));
    }

    const JudgeInput& input_;
    std::vector<Shown> by_k_;
    double answers_ = 0;
    double answer_events_ = 0;
};

// Row after row the metrics of a user at each k.
Buffer<double> metrics_of(const JudgeInput& input, const Lists& lists, std::span<const SegmentUser> users) {
    const std::size_t columns = input.ks.size() * kMetrics;
    Buffer<double> values(input.budget, users.size() * columns);
    const auto fill = [&](std::size_t task, unsigned, const CancelToken& cancel) {
        std::vector<std::uint32_t> hit_ranks;
        const std::size_t last = std::min(users.size(), (task + 1) * kUsersPerTask);
        for (std::size_t at = task * kUsersPerTask; at < last; ++at) {
            cancel.check();
            hit_ranks.clear();
            const auto list = lists.of(users[at].user);
            for (std::uint32_t rank = 1; rank <= list.size() && list[rank - 1] != Lists::kNone; ++rank)
                if (std::ranges::binary_search(users[at].answers, list[rank - 1]))
                    hit_ranks.push_back(rank);
            double* value = values.begin() + at * columns;
            for (const std::uint32_t k : input.ks)
                value = std::ranges::copy(metrics_at(k, hit_ranks, users[at].answers.size()), value).out;
        }
    };
    input.team.run((users.size() + kUsersPerTask - 1) / kUsersPerTask, fill, input.tick);
    return values;
}

// Where each cluster of users ends.
std::vector<std::size_t> cluster_ends_of(const EvaluationSplit& split, std::span<const SegmentUser> users) {
    std::vector<std::size_t> ends;
    for (std::size_t at = 1; at <= users.size(); ++at)
        if (at == users.size() || split.users()[users[at].user].cluster != split.users()[users[at - 1].user].cluster)
            ends.push_back(at);
    return ends;
}

std::vector<double> means_of(std::span<const double> values, std::size_t columns) {
    std::vector<double> means(columns, 0.0);
    for (std::size_t at = 0; at < values.size(); ++at)
        means[at % columns] += values[at];
    for (double& mean : means)
        mean /= static_cast<double>(values.size() / columns);
    return means;
}

// Row after row the NDCG of a user at each k.
Buffer<double> ndcg_of(const JudgeInput& input, std::span<const double> values) {
    Buffer<double> ndcg(input.budget, values.size() / kMetrics);
    for (std::size_t at = 0; at < ndcg.size(); ++at)
        ndcg[at] = values[at * kMetrics + static_cast<std::size_t>(Metric::ndcg)];
    return ndcg;
}

// By k. Differences are resampled, not the models: users who are hard to please are hard for both, which is most of what makes
// the interval of a model wide.
std::vector<Gain> gains_over(const JudgeInput& input, const Buffer<double>& first, Buffer<double> ndcg,
                             std::span<const std::size_t> cluster_ends) {
    std::ranges::transform(ndcg, first, ndcg.begin(), std::minus{});
    const auto means = means_of(ndcg.view(), input.ks.size());
    const auto intervals = bootstrap_intervals(ndcg.view(), input.ks.size(), cluster_ends, input.seed, input.team, input.tick);
    std::vector<Gain> gains;
    for (std::size_t at = 0; at < means.size(); ++at)
        gains.push_back({means[at], intervals[at]});
    return gains;
}

}  // namespace

std::vector<EvaluationRow> judge(const JudgeInput& input, std::size_t model, const Recommender& recommender, FirstNdcg& first) {
    const Lists lists(input, recommender);
    const std::size_t columns = input.ks.size() * kMetrics;
    std::vector<EvaluationRow> rows;
    for (const Segment segment : kSegments) {
        const auto users = users_of(input.split, segment);
        if (users.empty())
            continue;
        const auto values = metrics_of(input, lists, users);
        const auto means = means_of(values.view(), columns);
        const auto cluster_ends = cluster_ends_of(input.split, users);
        const auto intervals = bootstrap_intervals(values.view(), columns, cluster_ends, input.seed, input.team, input.tick);
        Buffer<double>& first_ndcg = first[static_cast<std::size_t>(segment)];
        std::vector<Gain> gains;
        if (model == 0)
            first_ndcg = ndcg_of(input, values.view());
        else
            gains = gains_over(input, first_ndcg, ndcg_of(input, values.view()), cluster_ends);
        const Exposure exposure(input, lists, users);
        for (std::size_t at = 0; at < input.ks.size(); ++at) {
            EvaluationRow row{};
            row.model = model;
            row.segment = segment;
            row.k = input.ks[at];
            row.users = users.size();
            std::copy_n(means.begin() + static_cast<std::ptrdiff_t>(at * kMetrics), kMetrics, row.means.begin());
            std::copy_n(intervals.begin() + static_cast<std::ptrdiff_t>(at * kMetrics), kMetrics,
                        row.intervals.begin());
            if (!gains.empty())
                row.ndcg_gain = gains[at];
            exposure.describe(at, row);
            rows.push_back(row);
        }
    }
    return rows;
}

}  // namespace shopsmart::core
