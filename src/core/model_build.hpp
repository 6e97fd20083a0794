// Builds the models of one rebuild from a stream of events: item similarity, basket affinity, all-time popularity.
//
// Nothing here knows PostgreSQL. Events come in through EventSource, which may be asked to run over them several times
// when the memory budget forces work in blocks of products; models leave through ModelSink, on the calling thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace shopsmart::core {

// One event as the shop's table holds it. Times are microseconds on any fixed epoch.
struct Event {
    std::int64_t user_id;
    std::int64_t product_id;
    std::int64_t time_us;
    std::uint64_t session;   // hash of the session id, 0 when there is none
    std::uint32_t type;      // index into ModelOptions::event_types
    std::int64_t event_id = 0;  // orders events of one time; 0 when nobody asks for it
};

class EventSource {
public:
    virtual ~EventSource() = default;
    // Calls take(batch) until every event with time <= as_of was given. Order is free and may differ between calls,
    // the events may not. take may throw; the source passes that on.
    virtual void scan(const std::function<void(std::span<const Event>)>& take) = 0;
};

struct EventType {
    double weight;    // >= 0, finite
    bool in_basket;   // counts as a line of a basket
};

// How alike two products are that users have in common. Formulas: core/pair_score.hpp, core/weighted_rows.hpp,
// core/ease.hpp, core/slim.hpp, core/ials.hpp.
enum class SimilarityKind { cosine, tf_idf, bm25, rp3beta, llr, ease, slim, ials };

struct Similarity {
    SimilarityKind kind = SimilarityKind::cosine;
    double shrinkage = 0;          // every score times co_count / (co_count + shrinkage)
    double saturation = 1.2;       // bm25: k1; a weight counts less the larger it is
    double length_share = 0.75;    // bm25: b; how much a long history takes from each of its weights
    double walk_exponent = 0.75;   // rp3beta: alpha
    double popularity_exponent = 0.6;  // rp3beta: beta
    double popularity_smoothing = 30;  // rp3beta: smoothing
    double ridge = 300;                // ease: lambda, > 0
    double sparsity = 0.5;             // slim: l1
    double smoothness = 10;            // slim: l2
    double candidates = 100;           // slim: most products that foretell one, from 1 to 1000
    double factors = 64;               // ials: of each user and product, from 1 to 256
    double iterations = 12;            // ials: from 1 to 100
    double regularization = 0.001;     // ials: >= 0.000001
    double unobserved_weight = 0.1;    // ials: a, of a pair that did not meet, when one that did has 1
    bool operator==(const Similarity&) const = default;
};

// With the parameters that a kind has unless told otherwise.
constexpr Similarity similarity_of(SimilarityKind kind) {
    Similarity similarity;
    similarity.kind = kind;
    similarity.shrinkage = kind == SimilarityKind::rp3beta ? 10 : 0;
    return similarity;
}

// Fewest common users of a pair that is worth keeping: kinds that discount what is rare can take chance meetings, too.
constexpr std::uint32_t natural_min_co_count(SimilarityKind kind) {
    return kind == SimilarityKind::rp3beta || kind == SimilarityKind::slim ? 1 : 2;
}

// A second similarity that a model takes in: core/blend.hpp.
struct Blend {
    Similarity other{};
    double share = 0;  // of the other, below 1; 0: no blend
    bool operator==(const Blend&) const = default;
};

struct ModelOptions {
    std::vector<EventType> event_types;
    std::int64_t as_of_us;           // events after this time do not count
    std::int64_t lookback_start_us;  // similarity and baskets: only events after this time (popularity: all)
    std::int64_t basket_span_us;     // a basket ends this long after its first event
    std::uint32_t kept_neighbors;    // best neighbors kept for a product
    std::uint32_t min_co_count;      // smallest number of common users (baskets) of a kept pair; 0: as suits the kind
    unsigned threads;
    std::size_t memory_bytes;        // budget for everything that the build allocates
    Similarity similarity{};         // of Model::similarity; baskets are always cosine
    Blend blend{};                   // into it
    std::uint32_t least_neighbors = 0;  // of it, kept even when kept_neighbors is less
};

enum class Model { similarity, baskets };

class ModelSink {
public:
    virtual ~ModelSink() = default;
    // Lists of products arrive in ascending product id; a product without neighbors has no list.
    // Best first: score descending, then product id ascending.
    virtual void neighbors(Model model, std::int64_t product_id, std::span<const std::int64_t> neighbor_ids,
                           std::span<const double> scores, std::span<const std::int32_t> co_counts) = 0;
    // All products with a positive popularity, best first.
    virtual void popularity(std::span<const std::int64_t> product_ids, std::span<const double> scores) = 0;
};

enum class Phase { scan, similarity, baskets, write, evaluate };

// The caller's view of a running build. tick() is called on the calling thread at least every 10 ms while it waits for
// threads and at least every few thousand events while it scans; it may throw, which cancels the build.
class BuildMonitor {
public:
    virtual ~BuildMonitor() = default;
    virtual void tick(Phase phase, std::uint64_t done, std::uint64_t total) = 0;
};

struct BuildReport {
    std::uint64_t events_read = 0;      // events at or before as_of, of one pass
    std::uint64_t users = 0;            // users with an interaction of positive weight in the look-back
    std::uint64_t products = 0;         // products with such an interaction
    double interaction_weight = 0;      // of all interactions in the look-back
    std::uint64_t pairs_kept = 0;       // similarity pairs handed to the sink
    std::uint64_t baskets = 0;          // baskets with at least one line
    std::uint64_t basket_pairs_kept = 0;
    std::uint32_t blocks = 1;           // blocks of products that the budget allowed
    double scan_seconds = 0;
    double similarity_seconds = 0;
    double basket_seconds = 0;
    double write_seconds = 0;           // time inside the sink
    std::size_t peak_bytes = 0;         // most memory that the build held at once
};

BuildReport build_models(EventSource& source, const ModelOptions& options, ModelSink& sink, BuildMonitor& monitor);

}  // namespace shopsmart::core
