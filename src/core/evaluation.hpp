// Judges models by what users went for after the models were made (docs/internals.md, "Evaluation").
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/metrics.hpp"
#include "core/recommenders.hpp"
#include "core/trending.hpp"

namespace shopsmart::core {

enum class JudgedKind { neighbors, popularity, trending, again, sessions };

struct JudgedModel {
    JudgedKind kind;
    Similarity similarity{};  // of neighbors
    Blend blend{};
    std::optional<ReadingOptions> reading{};  // unless as SplitOptions::history and EvaluationOptions::scored_neighbors say
    std::uint32_t least_neighbors = 0;  // as in ModelOptions
};

// Users alike. A user is in `all`, in one segment by the length of his history, and in new_products when answers of his
// have no event in the past; there, only these answers count.
enum class Segment { all, history_0, history_1, history_2_5, history_6_20, history_21_more, new_products };
inline constexpr Segment kSegments[] = {Segment::all,         Segment::history_0,    Segment::history_1,
                                        Segment::history_2_5, Segment::history_6_20, Segment::history_21_more,
                                        Segment::new_products};

struct EvaluationOptions {
    std::vector<JudgedModel> models;
    std::vector<std::uint32_t> ks;  // ascending, distinct, from 1
    SplitOptions split;
    ModelOptions build;  // as a rebuild at split.split_at_us would have them
    std::uint32_t scored_neighbors;
    TrendingWindow trending;
    std::uint64_t catalog_products;  // products of the shop
};

// How much better a model is than the first one, by the same users.
struct Gain {
    double mean;
    Interval interval;
};

// One model, segment and k.
struct EvaluationRow {
    std::size_t model;  // place in EvaluationOptions::models
    Segment segment;
    std::uint32_t k;
    std::uint64_t users;
    ListMetrics means;
    std::array<Interval, kMetrics> intervals;
    std::optional<Gain> ndcg_gain;          // of all but the first model
    double coverage;                        // distinct products in all lists / products of the catalog
    std::optional<double> novelty;          // mean of -log2(share of the past events) over what the lists show
    std::optional<double> popularity_bias;  // mean past events of what the lists show / of the answers
};

// NDCG of the first model, which the others are compared with: by segment, row after row that of a user at each k.
using FirstNdcg = std::array<Buffer<double>, std::size(kSegments)>;

// What judging needs besides the models.
struct JudgeInput {
    const EvaluationSplit& split;
    std::span<const std::uint32_t> ks;
    std::uint64_t catalog_products;
    std::uint64_t seed;
    MemoryBudget& budget;
    const ThreadTeam& team;
    const ThreadTeam::Tick& tick;
};

// Rows by segment (those with users), then k. The recommender names products that the split knows. Model 0 comes first: it fills
// `first`, which the others are compared with.
std::vector<EvaluationRow> judge(const JudgeInput& input, std::size_t model, const Recommender& recommender, FirstNdcg& first);

// Splits the log, makes the models from the past and judges each. Rows by model, in the order asked for.
std::vector<EvaluationRow> evaluate(EventSource& log, const EvaluationOptions& options, BuildMonitor& monitor);

}  // namespace shopsmart::core
