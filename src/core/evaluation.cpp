#include "core/evaluation.hpp"

#include <algorithm>
#include <memory>

#include "core/weight_classes.hpp"

namespace shopsmart::core {

namespace {

void check(const EvaluationOptions& options) {
    check_weights(options.split.event_types);
    if (options.ks.empty() || options.ks.front() == 0 || !std::ranges::is_sorted(options.ks, std::ranges::less_equal{}))
        throw InvalidInput("the list lengths must be ascending and at least 1");
    if (options.split.history_events == 0 || options.split.most_users == 0)
        throw InvalidInput("an evaluation needs at least one event of a history and one user");
}

// Takes what an evaluation needs of a build.
struct Sink final : ModelSink {
    Sink(MemoryBudget& memory, std::uint32_t scored)
        : budget(memory), cosine(std::make_unique<NeighborRecommender>(memory, scored)) {}
    void neighbors(Model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                   std::span<const double> scores, std::span<const std::int32_t>) override {
        cosine->add(product_id, neighbor_ids, scores);
    }
    void popularity(std::span<const std::int64_t> product_ids, std::span<const double>) override {
        popular = std::make_unique<ListRecommender>(budget, product_ids);
    }

    MemoryBudget& budget;
    std::unique_ptr<NeighborRecommender> cosine;
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
        if (asked_for(JudgedModel::cosine) || asked_for(JudgedModel::popularity))
            build();
        if (asked_for(JudgedModel::trending))
            rank_trending();
        const JudgeInput input{split_, options_.ks, options_.catalog_products, options_.split.seed, budget_,
                               team_,  judge_tick_};
        for (; judged_ < options_.models.size(); ++judged_) {
            const auto judged = judge(input, judged_, recommender(options_.models[judged_]));
            rows.insert(rows.end(), judged.begin(), judged.end());
        }
        return rows;
    }

private:
    bool asked_for(JudgedModel model) const {
        return std::ranges::find(options_.models, model) != options_.models.end();
    }

    // The rebuild's own arithmetic, on the past alone. Baskets are not judged.
    void build() {
        ModelOptions build = options_.build;
        for (auto& type : build.event_types)
            type.in_basket = false;
        const std::size_t kept = NeighborRecommender::bytes_for(split_.products().size(), options_.scored_neighbors);
        build.memory_bytes = budget_.available() - std::min(budget_.available(), kept);
        Sink sink(budget_, options_.scored_neighbors);
        build_models(past_, build, sink, monitor_);
        cosine_ = std::move(sink.cosine);
        popular_ = std::move(sink.popular);
    }

    void rank_trending() {
        TrendingScores scores({options_.build.event_types, {options_.trending}, options_.split.split_at_us});
        std::uint64_t read = 0;
        past_.scan([&](std::span<const Event> batch) {
            scores.add(batch);
            read += batch.size();
            monitor_.tick(Phase::scan, read, 0);
        });
        const auto lists = scores.lists({}, {});
        trending_ = std::make_unique<ListRecommender>(
            budget_, lists.empty() ? std::span<const std::int64_t>{} : lists.front().product_ids);
    }

    const Recommender& recommender(JudgedModel model) const {
        switch (model) {
            case JudgedModel::cosine:
                return *cosine_;
            case JudgedModel::popularity:
                return *popular_;
            case JudgedModel::trending:
                break;
        }
        return *trending_;
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
    std::unique_ptr<Recommender> cosine_;
    std::unique_ptr<Recommender> popular_;
    std::unique_ptr<Recommender> trending_;
};

}  // namespace

std::vector<EvaluationRow> evaluate(EventSource& log, const EvaluationOptions& options, BuildMonitor& monitor) {
    check(options);
    return Evaluation(log, options, monitor).run();
}

}  // namespace shopsmart::core
