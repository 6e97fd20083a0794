#include "core/sessions.hpp"

#include <algorithm>
#include <array>
#include <tuple>

#include "core/random_bits.hpp"

namespace shopsmart::core {

namespace {

// Users are put into piles, which are sorted one by one: so threads share the work, and a cancel need not wait for long.
constexpr int kPileBits = 10;
constexpr std::size_t kPiles = std::size_t{1} << kPileBits;

std::size_t pile_of(std::int64_t user_id) {
    return static_cast<std::size_t>(mixed_bits(static_cast<std::uint64_t>(user_id)) >> (64 - kPileBits));
}

auto place(const SessionEvent& event) {
    return std::tie(event.user_id, event.session, event.time_us, event.event_id, event.product_id, event.type);
}

// Whether a new session begins. Times ascend, so the unsigned difference is right across the whole range of times.
bool starts_session(const SessionEvent& event, const SessionEvent& before) {
    return event.user_id != before.user_id || event.session != before.session ||
           static_cast<std::uint64_t>(event.time_us) - static_cast<std::uint64_t>(before.time_us) > kSessionGapUs;
}

}  // namespace

Sessions::Sessions(EventSource& log, const Wanted& wanted, MemoryBudget& budget, const ThreadTeam& team,
                   const ThreadTeam::Tick& tick) {
    std::array<std::uint64_t, kPiles + 1> starts{};
    const auto scan = [&](const auto& take) {
        log.scan([&](std::span<const Event> batch) {
            for (const Event& event : batch)
                if (wanted(event))
                    take(event);
            tick(0);
        });
    };
    scan([&](const Event& event) { ++starts[pile_of(event.user_id) + 1]; });
    for (std::size_t pile = 1; pile <= kPiles; ++pile)
        starts[pile] += starts[pile - 1];

    events_ = Buffer<SessionEvent>(budget, starts[kPiles]);
    auto next = starts;
    scan([&](const Event& event) {
        events_[next[pile_of(event.user_id)]++] = {event.user_id,  event.session,    event.time_us,
                                                   event.event_id, event.product_id, event.type};
    });
    team.run(
        kPiles,
        [&](std::size_t pile, unsigned, const CancelToken& cancel) {
            cancel.check();
            std::sort(events_.begin() + starts[pile], events_.begin() + starts[pile + 1],
                      [](const SessionEvent& a, const SessionEvent& b) { return place(a) < place(b); });
        },
        tick);

    std::size_t sessions = events_.empty() ? 0 : 1;
    for (std::size_t at = 1; at < events_.size(); ++at)
        sessions += starts_session(events_[at], events_[at - 1]) ? 1 : 0;
    ends_ = Buffer<std::uint64_t>(budget, sessions, events_.size());
    for (std::size_t at = 1, session = 0; at < events_.size(); ++at)
        if (starts_session(events_[at], events_[at - 1]))
            ends_[session++] = at;
}

}  // namespace shopsmart::core
