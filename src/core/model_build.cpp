#include "core/model_build.hpp"

#include "core/basket_rows.hpp"
#include "core/blend.hpp"
#include "core/ease.hpp"
#include "core/ials.hpp"
#include "core/interaction_rows.hpp"
#include "core/popularity.hpp"
#include "core/slim.hpp"
#include "core/weighted_rows.hpp"

namespace shopsmart::core {

namespace {

void check(const Similarity& similarity) {
    for (const double parameter : {similarity.shrinkage, similarity.saturation, similarity.walk_exponent,
                                   similarity.popularity_exponent, similarity.popularity_smoothing, similarity.length_share, similarity.ridge, similarity.sparsity,
                                   similarity.smoothness, similarity.candidates, similarity.factors, similarity.iterations,
                                   similarity.regularization, similarity.unobserved_weight})
        if (!(parameter >= 0 && parameter <= 1e6))
            throw InvalidInput("a parameter of a similarity must lie between 0 and 1000000");
    if (similarity.kind == SimilarityKind::ease && similarity.ridge == 0)
        throw InvalidInput("lambda of a model of kind \"ease\" must be positive");
    if (similarity.kind == SimilarityKind::slim && (similarity.candidates < 1 || similarity.candidates > 1000))
        throw InvalidInput("candidates of a model of kind \"slim\" must lie between 1 and 1000");
    if (similarity.kind == SimilarityKind::ials) {
        if (similarity.factors < 1 || similarity.factors > 256)
            throw InvalidInput("factors of a model of kind \"ials\" must lie between 1 and 256");
        if (similarity.iterations < 1 || similarity.iterations > 100)
            throw InvalidInput("iterations of a model of kind \"ials\" must lie between 1 and 100");
        if (similarity.regularization < 1e-6)
            throw InvalidInput("regularization of a model of kind \"ials\" must be at least 0.000001");
    }
    if (similarity.length_share > 1)
        throw InvalidInput("the share of the length must not exceed 1");
}

void check(const ModelOptions& options) {
    check_weights(options.event_types);
    if (options.kept_neighbors == 0)
        throw InvalidInput("the number of kept neighbors must be at least 1");
    if (options.threads == 0)
        throw InvalidInput("the number of threads must be at least 1");
    if (options.basket_span_us < 0)
        throw InvalidInput("the span of a basket must not be negative");
    check(options.similarity);
    check(options.blend.other);
    if (!(options.blend.share >= 0 && options.blend.share < 1))
        throw InvalidInput("the share of a blend must be at least 0 and less than 1");
}

NeighborCounts build_lists(BuildContext& context, EventCensus& census) {
    if (context.similarity.kind == SimilarityKind::ease)
        return build_ease(context, census);
    if (context.similarity.kind == SimilarityKind::slim)
        return build_slim(context, census);
    if (context.similarity.kind == SimilarityKind::ials)
        return build_ials(context, census);
    const PairScore score(context.similarity, static_cast<double>(context.report.users));
    if (WeightedRows::wanted(context.similarity.kind)) {
        WeightedRows rows(context, census);
        return build_neighbor_model(context, census, rows, score, Model::similarity);
    }
    if (weights_fit_integers(census)) {
        InteractionRows<std::uint32_t> rows(context, census);
        return build_neighbor_model(context, census, rows, score, Model::similarity);
    }
    InteractionRows<double> rows(context, census);
    return build_neighbor_model(context, census, rows, score, Model::similarity);
}

NeighborCounts build_similarity(BuildContext& context, EventCensus& census) {
    const PhaseClock::Section section(context.clock, context.report.similarity_seconds);
    return context.options.blend.share > 0 ? build_blend(context, census, build_lists) : build_lists(context, census);
}

NeighborCounts build_baskets(BuildContext& context, EventCensus& census) {
    const PhaseClock::Section section(context.clock, context.report.basket_seconds);
    context.similarity = {};
    context.kept_neighbors = context.options.kept_neighbors;
    BasketRows rows(context, census);
    return build_neighbor_model(context, census, rows, PairScore{}, Model::baskets);
}

}  // namespace

BuildReport build_models(EventSource& source, const ModelOptions& options, ModelSink& sink, BuildMonitor& monitor) {
    check(options);
    BuildContext context{source, options, sink, monitor};
    context.begin(Phase::scan, 0);
    {
        EventCensus census(context);
        const auto similarity = build_similarity(context, census);
        const auto baskets = build_baskets(context, census);
        rank_popularity(context, census);
        context.report.pairs_kept = similarity.pairs;
        context.report.basket_pairs_kept = baskets.pairs;
        context.report.blocks = std::max(similarity.blocks, baskets.blocks);
    }
    context.report.peak_bytes = context.budget.peak();
    return context.report;
}

}  // namespace shopsmart::core
