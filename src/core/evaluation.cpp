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
    const auto has_events = [](const JudgedModel& model) { return !model.reading || model.reading->history.events >= 1; };
    if (!std::ranges::all_of(options.models, has_events) || options.split.history.events < 1 || options.split.most_users == 0)
        throw InvalidInput("an evaluation needs at least one event of a history and one user");
}

// Test users hold as much of their histories as any model asks for.
EvaluationOptions with_whole_histories(EvaluationOptions options) {
    for (const JudgedModel& model : options.models)
        if (model.reading)
            options.split.most_history_events = std::max(options.split.most_history_events, model.reading->history.events);
    return options;
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

// Memory that another budget gives away.
class Held {
public:
    Held(MemoryBudget& budget, std::size_t bytes) : budget_(budget), bytes_(bytes) { budget.reserve(bytes); }
    ~Held() { budget_.release(bytes_); }
    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

private:
    MemoryBudget& budget_;
    std::size_t bytes_;
};

class Evaluation {
public:
    Evaluation(EventSource& log, const EvaluationOptions& options, BuildMonitor& monitor)
        : options_(with_whole_histories(options)), monitor_(monitor), split_(log, options_.split, budget_, split_tick_), past_(log, split_) {}

    std::vector<EvaluationRow> run() {
        std::vector<EvaluationRow> rows;
        if (split_.users().empty())
            return rows;
        std::vector<bool> is_judged(options_.models.size());
        for (std::size_t model = 0; model < options_.models.size(); ++model) {
            if (is_judged[model])
                continue;
            const auto made = make(options_.models[model]);
            for (std::size_t other = model; other < options_.models.size(); ++other) {
                if (is_judged[other] || !differ_only_in_reading(options_.models[model], options_.models[other]))
                    continue;
                judge_as(other, *made, rows);
                is_judged[other] = true;
            }
        }
        std::ranges::stable_sort(rows, {}, &EvaluationRow::model);
        return rows;
    }

private:
    ReadingOptions reading_of(const JudgedModel& model) const {
        return model.reading.value_or(ReadingOptions{options_.split.history, static_cast<int>(options_.scored_neighbors)});
    }

    std::uint32_t kept_neighbors(const JudgedModel& model) const { return std::max(options_.build.kept_neighbors, model.least_neighbors); }

    // Whether what is made for the one serves the other, too.
    bool differ_only_in_reading(const JudgedModel& a, const JudgedModel& b) const {
        return a.kind == b.kind && a.similarity == b.similarity && a.blend == b.blend && kept_neighbors(a) == kept_neighbors(b);
    }
    void judge_as(std::size_t model, Recommender& recommender, std::vector<EvaluationRow>& rows) {
        const ReadingOptions reading = reading_of(options_.models[model]);
        split_.read_histories(reading.history, team_, judge_tick_);
        recommender.score_only(static_cast<std::uint32_t>(reading.scored_neighbors));
        const JudgeInput input{split_, options_.ks, options_.catalog_products, options_.split.seed, budget_, team_, judge_tick_};
        const auto judged = judge(input, model, recommender, first_ndcg_);
        rows.insert(rows.end(), judged.begin(), judged.end());
        ++judged_;
    }

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
        build.least_neighbors = model.least_neighbors;
        for (auto& type : build.event_types)
            type.in_basket = false;
        const std::uint32_t scored = most_scored(model);
        const std::size_t kept = NeighborRecommender::bytes_for(split_.products().size(), scored);
        // Few lists are full: what they all could take must not leave nothing to the build.
        build.memory_bytes = budget_.available() - std::min(budget_.available() / 2, kept);
        const Held by_build(budget_, build.memory_bytes);
        Sink sink(budget_, scored);
        build_models(past_, build, sink, monitor_);
        return sink;
    }

    // Neighbors that any of the models wants for which this one is made.
    std::uint32_t most_scored(const JudgedModel& model) const {
        int most = 1;
        for (const JudgedModel& other : options_.models)
            if (differ_only_in_reading(model, other))
                most = std::max(most, reading_of(other).scored_neighbors);
        return std::min(static_cast<std::uint32_t>(most), kept_neighbors(model));
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

    const EvaluationOptions options_;
    BuildMonitor& monitor_;
    MemoryBudget budget_{options_.build.memory_bytes};
    ThreadTeam team_{options_.build.threads};
    FirstNdcg first_ndcg_;
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
