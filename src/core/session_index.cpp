#include "core/session_index.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <tuple>

#include "core/half_life.hpp"

namespace shopsmart::core {

namespace {

constexpr std::uint32_t kNever = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMostEvents = 0x7fffffffU;  // sessions are handed over as 32-bit integers

// Work on the calling thread that a tick interrupts now and then.
template <class Work>
void for_each_session(std::size_t sessions, const ThreadTeam::Tick& tick, const Work& work) {
    constexpr std::size_t kSessionsPerTick = 4096;
    for (std::size_t at = 0; at < sessions; ++at) {
        if (at % kSessionsPerTick == 0)
            tick(at);
        work(static_cast<std::uint32_t>(at));
    }
}

}  // namespace

SessionIndex::SessionIndex(EventSource& log, const SessionIndexOptions& options, MemoryBudget& budget,
                           const ThreadTeam& team, const ThreadTeam::Tick& tick)
    : budget_(budget), ids_(budget) {
    const auto counts = [&](const Event& event) {
        return event.time_us <= options.as_of_us && event.time_us > options.lookback_start_us &&
               options.event_types[event.type].weight > 0;
    };
    const Sessions sessions(log, counts, budget, team, tick);
    if (sessions.events() > kMostEvents)
        throw LimitExceeded("more than 2147483647 events of sessions in the look-back");
    number_products(sessions, tick);

    Buffer<Latest> newest_first(budget, sessions.size());
    for_each_session(sessions.size(), tick, [&](std::uint32_t session) {
        const SessionEvent& last = sessions[session].back();
        newest_first[session] = {last.time_us, last.event_id, session};
    });
    team.run(
        1,
        [&](std::size_t, unsigned, const CancelToken&) {
            std::sort(newest_first.begin(), newest_first.end(), [](const Latest& a, const Latest& b) {
                return std::tie(a.time_us, a.event_id, b.session) > std::tie(b.time_us, b.event_id, a.session);
            });
        },
        tick);
    take_sessions(sessions, newest_first.view(), options.as_of_us, tick);
    list_visits(tick);
}

void SessionIndex::number_products(const Sessions& sessions, const ThreadTeam::Tick& tick) {
    for_each_session(sessions.size(), tick, [&](std::uint32_t session) {
        for (const SessionEvent& event : sessions[session])
            ids_.number(event.product_id);
    });
}

// Each product of a session once, where its newest event stands.
void SessionIndex::take_sessions(const Sessions& sessions, std::span<const Latest> newest_first,
                                 std::int64_t as_of_us, const ThreadTeam::Tick& tick) {
    const HalfLife half_life(kSessionHalfLifeUs);
    Buffer<std::uint32_t> last_session(budget_, ids_.size(), kNever);
    sessions_ = Buffer<Session>(budget_, sessions.size());
    products_ = Buffer<std::uint32_t>(budget_, sessions.events());
    session_counts_ = Buffer<std::uint32_t>(budget_, ids_.size(), 0U);
    std::uint32_t filled = 0;
    for_each_session(sessions.size(), tick, [&](std::uint32_t number) {
        const auto events = sessions[newest_first[number].session];
        const std::uint32_t begin = filled;
        for (std::size_t at = events.size(); at-- > 0;) {
            const std::uint32_t product = ids_.find(events[at].product_id);
            if (last_session[product] == number)
                continue;
            last_session[product] = number;
            ++session_counts_[product];
            products_[filled++] = product;
        }
        std::reverse(products_.begin() + begin, products_.begin() + filled);
        sessions_[number] = {begin, filled, half_life.decay(as_of_us - events.back().time_us) / std::sqrt(static_cast<double>(filled - begin))};
    });
}

void SessionIndex::list_visits(const ThreadTeam::Tick& tick) {
    visits_begin_ = Buffer<std::uint32_t>(budget_, ids_.size() + std::size_t{1});
    visits_begin_[0] = 0;
    for (std::uint32_t product = 0; product < ids_.size(); ++product)
        visits_begin_[product + 1] = visits_begin_[product] + std::min(session_counts_[product], kSessionsOfProduct);
    visits_ = Buffer<Visit>(budget_, visits_begin_[ids_.size()]);
    Buffer<std::uint32_t> next = visits_begin_.resized(visits_begin_.size());
    for_each_session(sessions_.size(), tick, [&](std::uint32_t session) {
        for (std::uint32_t place = sessions_[session].begin; place < sessions_[session].end; ++place) {
            const std::uint32_t product = products_[place];
            if (next[product] < visits_begin_[product + 1])
                visits_[next[product]++] = {session, place};
        }
    });
}

void SessionIndex::for_each_list(const std::function<void(std::int64_t, const SessionList&)>& take) const {
    std::vector<std::int32_t> sessions;
    std::vector<double> weights;
    std::vector<std::int32_t> window_ends;
    std::vector<std::int32_t> places;
    std::vector<std::int64_t> window;
    for (const std::uint32_t product : ids_.ascending()) {
        const List list(*this, product);
        sessions.clear();
        weights.clear();
        window_ends.clear();
        places.clear();
        window.clear();
        for (std::uint32_t at = 0; at < list.size(); ++at) {
            list.for_each_near(at, [&](std::int64_t product_id, std::uint32_t distance) {
                if (distance == 0)
                    places.push_back(static_cast<std::int32_t>(window.size()));
                window.push_back(product_id);
            });
            sessions.push_back(static_cast<std::int32_t>(list.session(at)));
            weights.push_back(list.weight(at));
            window_ends.push_back(static_cast<std::int32_t>(window.size()));
        }
        take(ids_.id(product), {list.rarity(), list.size(), sessions.data(), weights.data(), window_ends.data(), places.data(), window.data()});
    }
}

SessionIndex::List::List(const SessionIndex& index, std::uint32_t product) : index_(index), rarity_(0) {
    if (product == index.ids_.size())
        return;
    visits_ = {index.visits_.begin() + index.visits_begin_[product], index.visits_.begin() + index.visits_begin_[product + 1]};
    rarity_ = session_rarity(index.session_counts_[product], static_cast<double>(index.sessions_.size()));
}

void SessionRecommender::recommend(const TestUser& user, std::uint32_t count, RecommenderScratch& scratch,
                                   std::vector<std::int64_t>& list) const {
    constexpr std::size_t kAlignment = 64;
    list.clear();
    std::vector<std::int64_t> seeds(user.seeds.size());
    std::ranges::transform(user.seeds, seeds.begin(), &Seed::product_id);
    std::size_t bytes = SessionScratch::bytes_for(seeds.size()) + kAlignment;
    scratch.table.resize(std::max(scratch.table.size(), bytes / sizeof(std::uint64_t) + 1));
    void* memory = scratch.table.data();
    std::align(kAlignment, bytes - kAlignment, memory, bytes);
    CandidateTable candidates = score_sessions(index_, seeds, memory);
    while (list.size() < count) {
        const Candidate* best = candidates.pop();
        if (best == nullptr)
            break;
        if (!user.leaves_out(best->product_id))
            list.push_back(best->product_id);
    }
}

}  // namespace shopsmart::core
