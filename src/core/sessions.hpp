// Sessions of a log: the events of one user with one session id (none counts as one), in time order, as long as no more
// than half an hour lies between one event and the next.
#pragma once

#include <cstdint>
#include <functional>
#include <span>

#include "core/memory_budget.hpp"
#include "core/model_build.hpp"
#include "core/session_scores.hpp"
#include "core/thread_team.hpp"

namespace shopsmart::core {

struct SessionEvent {
    std::int64_t user_id;
    std::uint64_t session;
    std::int64_t time_us;
    std::int64_t event_id;
    std::int64_t product_id;
    std::uint32_t type;
};

class Sessions {
public:
    using Wanted = std::function<bool(const Event&)>;

    // Of the wanted events alone. Reads the log twice.
    Sessions(EventSource& log, const Wanted& wanted, MemoryBudget& budget, const ThreadTeam& team,
             const ThreadTeam::Tick& tick);

    // The order of the sessions does not depend on that of the log.
    std::size_t size() const noexcept { return ends_.size(); }
    std::size_t events() const noexcept { return events_.size(); }
    std::span<const SessionEvent> operator[](std::size_t at) const noexcept {
        return {events_.begin() + (at == 0 ? 0 : ends_[at - 1]), events_.begin() + ends_[at]};
    }

private:
    Buffer<SessionEvent> events_;
    Buffer<std::uint64_t> ends_;  // by session
};

}  // namespace shopsmart::core
