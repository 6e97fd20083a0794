// Past sessions in memory: what each holds, and the most recent ones of each product.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <span>
#include <utility>
#include <vector>

#include "core/id_index.hpp"
#include "core/recommenders.hpp"
#include "core/session_scores.hpp"
#include "core/sessions.hpp"

namespace shopsmart::core {

struct SessionIndexOptions {
    std::vector<EventType> event_types;  // events without a positive weight do not count
    std::int64_t as_of_us;               // nor do those after this time
    std::int64_t lookback_start_us;      // or up to this one
};

class SessionIndex {
    struct Session {
        std::uint32_t begin;  // its products, in the order of their newest events
        std::uint32_t end;
        double weight;
    };
    struct Visit {
        std::uint32_t session;
        std::uint32_t place;  // among the products of all sessions
    };

public:
    SessionIndex(EventSource& log, const SessionIndexOptions& options, MemoryBudget& budget, const ThreadTeam& team,
                 const ThreadTeam::Tick& tick);

    // See core/session_scores.hpp.
    class List {
    public:
        List(const SessionIndex& index, std::uint32_t product);
        double rarity() const { return rarity_; }
        std::uint32_t size() const { return static_cast<std::uint32_t>(visits_.size()); }
        std::uint32_t session(std::uint32_t at) const { return visits_[at].session; }
        double weight(std::uint32_t at) const { return index_.sessions_[session(at)].weight; }
        template <class Take>
        void for_each_near(std::uint32_t at, const Take& take) const {
            const Session& session = index_.sessions_[visits_[at].session];
            const std::uint32_t place = visits_[at].place;
            const std::uint32_t first = std::max(session.begin, place - std::min(place, kSessionReach));
            const std::uint32_t end = std::min(session.end, place + kSessionReach + 1);
            for (std::uint32_t other = first; other < end; ++other)
                take(index_.ids_.id(index_.products_[other]), other < place ? place - other : other - place);
        }

    private:
        const SessionIndex& index_;
        std::span<const Visit> visits_;
        double rarity_;
    };
    List sessions_of(std::int64_t product_id) const { return List(*this, ids_.find(product_id)); }

    std::uint32_t products() const { return ids_.size(); }
    std::uint32_t sessions() const { return static_cast<std::uint32_t>(sessions_.size()); }
    std::size_t events() const { return products_.size(); }
    // The lists of all products in flat arrays, by product id, ascending.
    void for_each_list(const std::function<void(std::int64_t product_id, const SessionList& list)>& take) const;

private:
    // The end of a session.
    struct Latest {
        std::int64_t time_us;
        std::int64_t event_id;
        std::uint32_t session;
    };

    void number_products(const Sessions& sessions, const ThreadTeam::Tick& tick);
    void take_sessions(const Sessions& sessions, std::span<const Latest> newest_first, std::int64_t as_of_us, const ThreadTeam::Tick& tick);
    void list_visits(const ThreadTeam::Tick& tick);

    MemoryBudget& budget_;
    IdIndex ids_;
    Buffer<Session> sessions_;            // newest first
    Buffer<std::uint32_t> products_;      // session after session, by number of ids_
    Buffer<std::uint32_t> session_counts_;  // by product: all sessions with it
    Buffer<std::uint32_t> visits_begin_;  // by product, and one more
    Buffer<Visit> visits_;                // by product, newest session first, kSessionsOfProduct at most
};

// Recommends what the sessions nearest to the user's products hold.
class SessionRecommender final : public Recommender {
public:
    explicit SessionRecommender(SessionIndex index) : index_(std::move(index)) {}
    void recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                   std::vector<std::int64_t>& list) const override;

private:
    SessionIndex index_;
};

}  // namespace shopsmart::core
