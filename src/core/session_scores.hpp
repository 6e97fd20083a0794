// Recommendations of the past sessions nearest to the current one (docs/internals.md, "Sessions").
//
// Works on memory that the caller provides and allocates, throws and destroys nothing, like core/candidates.hpp.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/candidates.hpp"

namespace shopsmart::core {

inline constexpr std::int64_t kSessionGapUs = std::int64_t{30} * 60 * 1'000'000;  // a longer pause ends a session
inline constexpr std::uint32_t kSessionsOfProduct = 100;  // most recent ones of a product that are looked at
inline constexpr std::uint32_t kNearestSessions = 200;    // of these, nearest ones that recommend
inline constexpr std::uint32_t kSessionReach = 20;        // places around the shared product that they recommend from
inline constexpr std::int64_t kSessionHalfLifeUs = std::int64_t{60} * 86'400'000'000;

// How much it says that a session has a product that so many of all sessions have: the square of the inverse session
// frequency, which weighs the product in both sessions.
inline double session_rarity(double sessions_of_product, double all_sessions) {
    const double rarity = std::log(1 + all_sessions / sessions_of_product);
    return rarity * rarity;
}

// What is known of the past sessions of one product, in flat arrays, as a stored row has it. An element a session, newest
// first, but for window: the sessions' products around this one, one session behind the other.
struct SessionList {
    double rarity_value;
    std::uint32_t count;
    const std::int32_t* sessions;
    const double* weights;
    const std::int32_t* window_ends;  // in window
    const std::int32_t* places;       // of the product itself, in window
    const std::int64_t* window;

    double rarity() const { return rarity_value; }
    std::uint32_t size() const { return count; }
    std::uint32_t session(std::uint32_t at) const { return static_cast<std::uint32_t>(sessions[at]); }
    double weight(std::uint32_t at) const { return weights[at]; }
    template <class Take>
    void for_each_near(std::uint32_t at, const Take& take) const {
        for (std::int32_t other = at == 0 ? 0 : window_ends[at - 1]; other < window_ends[at]; ++other)
            take(window[other], static_cast<std::uint32_t>(std::abs(other - places[at])));
    }
};

// Memory of one scoring.
class SessionScratch {
public:
    static std::size_t bytes_for(std::size_t seeds) {
        return nearest_bytes(seeds) + candidate_bytes() + kNearestSessions * sizeof(Neighbor) + kMostContributions * sizeof(Contribution);
    }

private:
    template <class Source>
    friend CandidateTable score_sessions(Source& source, std::span<const std::int64_t> seeds, void* memory);

    // A nearest session, by the newest of the current products that it has.
    struct Neighbor {
        std::uint32_t seed;
        std::uint32_t session;
        double similarity;
    };
    struct Contribution {
        std::int64_t product_id;
        std::uint32_t sequence;
        double value;
    };
    static constexpr std::size_t kMostContributions = std::size_t{kSessionsOfProduct} * (2 * kSessionReach + 1);

    static std::size_t aligned(std::size_t bytes) { return (bytes + 63) / 64 * 64; }
    static std::size_t nearest_bytes(std::size_t seeds) { return aligned(CandidateTable::bytes_for(seeds * kSessionsOfProduct)); }
    static std::size_t most_candidates() { return std::size_t{kNearestSessions} * (2 * kSessionReach + 1); }
    static std::size_t candidate_bytes() { return aligned(CandidateTable::bytes_for(most_candidates())); }
};

// Seeds are the products of the current session, each once, newest first. The source tells of past sessions, numbered
// from 0, the newest: sessions_of(seed) gives a list, valid until the next call, with
//
//     rarity()                     of the seed, see above
//     size(), session(x)           the most recent sessions with it, newest first, at most kSessionsOfProduct
//     weight(x)                    2^(-age / half-life) / sqrt(products of the session)
//     for_each_near(x, take)       take(product id, distance in places) for the session's products around the seed and
//                                  itself, up to kSessionReach away, in a fixed order
//
// memory: SessionScratch::bytes_for(seeds.size()), aligned to a cache line. The table that is returned lies in it.
template <class Source>
CandidateTable score_sessions(Source& source, std::span<const std::int64_t> seeds, void* memory) {
    using Scratch = SessionScratch;
    auto* bytes = static_cast<std::byte*>(memory);
    CandidateTable nearest;
    nearest.use(bytes, seeds.size() * kSessionsOfProduct);
    CandidateTable candidates;
    candidates.use(bytes + Scratch::nearest_bytes(seeds.size()), Scratch::most_candidates());
    auto* neighbors = reinterpret_cast<Scratch::Neighbor*>(bytes + Scratch::nearest_bytes(seeds.size()) + Scratch::candidate_bytes());
    auto* contributions = reinterpret_cast<Scratch::Contribution*>(neighbors + kNearestSessions);

    const auto seed_count = static_cast<std::uint32_t>(seeds.size());
    for (std::uint32_t seed = 0; seed < seed_count; ++seed) {
        const auto list = source.sessions_of(seeds[seed]);
        const double recency = std::ldexp(list.rarity(), -static_cast<int>(seed));
        for (std::uint32_t at = 0; at < list.size(); ++at)
            nearest.add(list.session(at), seed, recency * list.weight(at), static_cast<std::int32_t>(seed_count - seed));
    }
    nearest.start_popping();
    std::uint32_t count = 0;
    for (const Candidate* next; count < kNearestSessions && (next = nearest.pop()) != nullptr; ++count)
        neighbors[count] = {seed_count - static_cast<std::uint32_t>(next->co_count),
                            static_cast<std::uint32_t>(next->product_id), next->score};
    std::sort(neighbors, neighbors + count, [](const Scratch::Neighbor& a, const Scratch::Neighbor& b) {
        return a.seed != b.seed ? a.seed < b.seed : a.session < b.session;
    });

    // A session speaks through one of its products, so it is met once, in the list of that one.
    for (const Scratch::Neighbor* neighbor = neighbors; neighbor != neighbors + count;) {
        const std::uint32_t seed = neighbor->seed;
        const auto list = source.sessions_of(seeds[seed]);
        std::uint32_t filled = 0;
        for (std::uint32_t at = 0; neighbor != neighbors + count && neighbor->seed == seed; ++at) {
            if (list.session(at) != neighbor->session)
                continue;
            list.for_each_near(at, [&](std::int64_t product_id, std::uint32_t distance) {
                contributions[filled] = {product_id, filled, std::ldexp(neighbor->similarity, -static_cast<int>(distance))};
                ++filled;
            });
            ++neighbor;
        }
        std::sort(contributions, contributions + filled, [](const Scratch::Contribution& a, const Scratch::Contribution& b) {
            return a.product_id != b.product_id ? a.product_id < b.product_id : a.sequence < b.sequence;
        });
        for (std::uint32_t at = 0; at < filled;) {
            const std::int64_t product_id = contributions[at].product_id;
            double sum = 0;
            for (; at < filled && contributions[at].product_id == product_id; ++at)
                sum += contributions[at].value;
            candidates.add(product_id, seeds[seed], sum, 0);
        }
    }
    candidates.start_popping();
    return candidates;
}

}  // namespace shopsmart::core
