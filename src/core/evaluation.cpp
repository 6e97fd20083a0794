#include "core/evaluation.hpp"

#include <algorithm>
#include <memory>

#include "core/session_index.hpp"
#include "core/weight_classes.hpp"

namespace shopsmart::core {

namespace {

void check(const EvaluationOptions& options) {
    check_weights(options.split.event_types);
    if (options.ks.empty() || options.ks.front() == 0 || !std::ranges::is_sorted(options.ks, std::ranges::less_equal{}))
        throw InvalidInput("the list lengths must be ascending and at least 1");
    if (options.split.history.events < 1 || options.split.most_users == 0)
        throw InvalidInput("an evaluation needs at least one event of a history and one user");
}

// Takes what an evaluation needs of a build.
struct Sink final : ModelSink {
    Sink(MemoryBudget& memory, std::uint32_t scored)
        : budget(memory), similar(std::make_unique<NeighborRecommender>(memory, scored)) {}
    void neighbors(Model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                   std::span<const double> scores, std::span<const std::int32_t>) override {
        similar->add(product_id, neighbor_ids, scores);
    }
    void popularity(std::span<const std::int64_t> product_ids, std::span<const double>) override {
        popular = std::make_unique<ListRecommender>(budget, product_ids);
    }

    MemoryBudget& budget;
    std::unique_ptr<NeighborRecommender> similar;
    std::unique_ptr<ListRecommender> popular;
};

class Evaluation {
public:
    Evaluation(EventSource& log, const EvaluationOptions& options, BuildMonitor& monitor)
        : options_(options), monitor_(monitor), split_(log, options.split, budget_, split_tick_), past_(log, split_) {}

    std::vector<EvaluationRow> run() {
        std::vector<EvaluationRow> rows;
        if (split_.users().empty())
            return rows;
        const JudgeInput input{split_, options_.ks, options_.catalog_products, options_.split.seed, budget_,
                               team_,  judge_tick_};
        for (; judged_ < options_.models.size(); ++judged_) {
            const auto recommender = make(options_.models[judged_]);
            const auto judged = judge(input, judged_, *recommender);
            rows.insert(rows.end(), judged.begin(), judged.end());
        }
        return rows;
    }

private:
    std::unique_ptr<Recommender> make(const JudgedModel& model) {
        switch (model.kind) {
            case JudgedKind::neighbors:
                return build(model).similar;
            case JudgedKind::popularity:
                return build(model).popular;
            case JudgedKind::again:
                return std::make_unique<HistoryRecommender>();
            case JudgedKind::sessions:
                return std::make_unique<SessionRecommender>(SessionIndex(past_, sessions_of_past(), budget_, team_, judge_tick_));
            case JudgedKind::trending:
                break;
        }
        return rank_trending();
    }

    SessionIndexOptions sessions_of_past() const {
        return {options_.build.event_types, options_.split.split_at_us, options_.build.lookback_start_us};
    }

    // The rebuild's own arithmetic, on the past alone. Baskets are not judged.
    Sink build(const JudgedModel& model) {
        ModelOptions build = options_.build;
        build.similarity = model.similarity;
        build.blend = model.blend;
        for (auto& type : build.event_types)
            type.in_basket = false;
        const std::size_t kept = NeighborRecommender::bytes_for(split_.products().size(), options_.scored_neighbors);
        build.memory_bytes = budget_.available() - std::min(budget_.available(), kept);
        Sink sink(budget_, options_.scored_neighbors);
        build_models(past_, build, sink, monitor_);
        return sink;
    }

    std::unique_ptr<Recommender> rank_trending() {
        TrendingScores scores({options_.build.event_types, {options_.trending}, options_.split.split_at_us});
        std::uint64_t read = 0;
        past_.scan([&](std::span<const Event> batch) {
            scores.add(batch);
            read += batch.size();
            monitor_.tick(Phase::scan, read, 0);
        });
        const auto lists = scores.lists({}, {});
        const std::span<const std::int64_t> nothing;
        return std::make_unique<ListRecommender>(budget_, lists.empty() ? nothing : lists.front().product_ids);
    }

    const EvaluationOptions& options_;
    BuildMonitor& monitor_;
    MemoryBudget budget_{options_.build.memory_bytes};
    ThreadTeam team_{options_.build.threads};
    std::size_t judged_ = 0;  // models
    const EvaluationSplit::Tick split_tick_ = [this](std::uint64_t read) { monitor_.tick(Phase::scan, read, 0); };
    const ThreadTeam::Tick judge_tick_ = [this](std::size_t) {
        monitor_.tick(Phase::evaluate, judged_, options_.models.size());
    };
    EvaluationSplit split_;
    PastEvents past_;
};

}  // namespace

std::vector<EvaluationRow> evaluate(EventSource& log, const EvaluationOptions& options, BuildMonitor& monitor) {
    check(options);
    return Evaluation(log, options, monitor).run();
}

}  // namespace shopsmart::core
