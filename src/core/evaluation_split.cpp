#include "core/evaluation_split.hpp"

#include <algorithm>
#include <iterator>

#include "core/random_bits.hpp"

namespace shopsmart::core {

namespace {

// Makes room for one more, out of the budget.
template <class Value>
void reserve_one(MemoryBudget& budget, std::vector<Value>& values) {
    if (values.size() < values.capacity())
        return;
    const std::size_t more = std::max<std::size_t>(8, values.size());
    budget.reserve(more * sizeof(Value));
    values.reserve(values.size() + more);
}

void sort_out_doubles(std::vector<std::int64_t>& ids) {
    std::ranges::sort(ids);
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
}

}  // namespace

HistoryEvent EvaluationSplit::history_event(const auto& event) const {
    HistoryEvent past{};
    past.event_id = event.event_id;
    past.product_id = event.product_id;
    past.occurred_at = event.time_us;
    past.type_weight = options_.event_types[event.type].weight;
    return past;
}

std::uint32_t KnownProducts::add(std::int64_t product_id) {
    const std::uint32_t number = ids_.number(product_id);
    if (number >= events_.size()) {
        const std::size_t before = events_.size();
        events_ = before == 0 ? Buffer<std::uint64_t>(budget_, 1024) : events_.resized(2 * before);
        std::fill(events_.begin() + before, events_.end(), std::uint64_t{0});
    }
    return number;
}

EvaluationSplit::EvaluationSplit(EventSource& log, const SplitOptions& options, MemoryBudget& budget, const Tick& tick)
    : options_(options), budget_(budget), tick_(tick), candidate_ids_(budget), products_(budget) {
    if (options.kind == SplitKind::next_in_session) {
        walk_sessions(log);
    } else {
        find_candidates(log);
        if (options.kind == SplitKind::leave_last_session_out)
            find_session_starts(log);
        choose_users();
    }
    collect(log);
}

template <class Take>
void EvaluationSplit::scan(EventSource& log, const Take& take) {
    log.scan([&](std::span<const Event> batch) {
        for (const auto& event : batch) {
            if (event.type >= options_.event_types.size())
                throw InvalidInput("an event has a type that was not declared");
            if (event.time_us <= options_.as_of_us)
                take(event);
        }
        events_read_ += batch.size();
        tick_(events_read_);
    });
}

EvaluationSplit::Candidate* EvaluationSplit::candidate_of(std::int64_t user_id) {
    const std::uint32_t number = candidate_ids_.find(user_id);
    return number < candidate_ids_.size() ? &candidates_[number] : nullptr;
}

bool EvaluationSplit::is_past(const Event& event) const {
    if (event.time_us > options_.split_at_us)
        return false;
    if (splits_by_time(options_.kind))
        return true;
    const std::uint32_t number = candidate_ids_.find(event.user_id);
    return number == candidate_ids_.size() || Moment::of(event) < candidates_[number].cut;
}

void EvaluationSplit::find_candidates(EventSource& log) {
    scan(log, [this](const Event& event) {
        if (!options_.is_answer[event.type] || (options_.kind == SplitKind::time && is_past(event)))
            return;
        const std::uint32_t known = candidate_ids_.size();
        const std::uint32_t number = candidate_ids_.number(event.user_id);
        if (number == candidates_.size())
            candidates_ = number == 0 ? Buffer<Candidate>(budget_, 1024) : candidates_.resized(2 * candidates_.size());
        const Moment moment = Moment::of(event);
        if (number == known || candidates_[number].last < moment)
            candidates_[number] = Candidate{moment, event.session, moment, kNotSampled};
    });
}

void EvaluationSplit::find_session_starts(EventSource& log) {
    scan(log, [this](const Event& event) {
        Candidate* candidate = candidate_of(event.user_id);
        if (candidate != nullptr && event.session != 0 && event.session == candidate->session)
            candidate->cut = std::min(candidate->cut, Moment::of(event));
    });
}

std::span<const EvaluationSplit::Draw> EvaluationSplit::sample(std::span<Draw> draws) const {
    const auto chosen = draws.first(std::min<std::size_t>(draws.size(), options_.most_users));
    std::nth_element(draws.begin(), chosen.end(), draws.end());
    std::ranges::sort(chosen, {}, &Draw::key);
    return chosen;
}

// Events of half an hour before the split tell which sessions had begun before it.
void EvaluationSplit::walk_sessions(EventSource& log) {
    const auto is_near = [this](const Event& event) {
        return event.time_us <= options_.as_of_us && event.time_us >= options_.split_at_us - kSessionGapUs;
    };
    const ThreadTeam alone(1);
    const Sessions sessions(log, is_near, budget_, alone, [this](std::size_t) { tick_(events_read_); });
    Buffer<Draw> draws(budget_, sessions.size());
    std::size_t begun = 0;
    for (std::size_t at = 0; at < sessions.size(); ++at) {
        const SessionEvent& first = sessions[at].front();
        if (first.time_us > options_.split_at_us)
            draws[begun++] = {RandomBits(options_.seed, static_cast<std::uint64_t>(first.event_id)).next(),
                              static_cast<std::int64_t>(at)};
    }
    std::uint32_t cluster = 0;
    for (const Draw& draw : sample(draws.view().first(begun))) {
        const auto session = sessions[static_cast<std::size_t>(draw.key)];
        for (std::size_t at = 1; at < session.size(); ++at)
            if (options_.is_answer[session[at].type])
                add_case(session.first(at), session[at].product_id, cluster);
        ++cluster;
    }
}

void EvaluationSplit::add_case(std::span<const SessionEvent> before, std::int64_t answer, std::uint32_t cluster) {
    if (!options_.include_seen && std::ranges::find(before, answer, &SessionEvent::product_id) != before.end())
        return;
    reserve_one(budget_, users_);
    TestUser& user = users_.emplace_back();
    user.user_id = before.front().user_id;
    user.cluster = cluster;
    user.answers = {answer};
    for (const SessionEvent& event : before.last(std::min<std::size_t>(before.size(), most_events()))) {
        reserve_one(budget_, user.history);
        user.history.push_back(history_event(event));
    }
    finish(user);
}

void EvaluationSplit::choose_users() {
    Buffer<Draw> draws(budget_, candidate_ids_.size());
    for (std::uint32_t number = 0; number < candidate_ids_.size(); ++number) {
        const std::int64_t id = candidate_ids_.id(number);
        draws[number] = Draw{RandomBits(options_.seed, static_cast<std::uint64_t>(id)).next(), id};
    }
    const auto chosen = sample(draws.view());
    budget_.reserve(chosen.size() * (sizeof(TestUser) + sizeof(std::vector<std::int64_t>)));
    users_.resize(chosen.size());
    seen_.resize(chosen.size());
    for (std::uint32_t at = 0; at < chosen.size(); ++at) {
        users_[at].user_id = chosen[at].key;
        users_[at].cluster = at;
        candidate_of(chosen[at].key)->test_user = at;
    }
}

void EvaluationSplit::collect(EventSource& log) {
    scan(log, [this](const Event& event) {
        const bool past = is_past(event);
        if (past)
            products_.count_event(event.product_id);
        const Candidate* candidate = candidate_of(event.user_id);
        if (candidate == nullptr || candidate->test_user == kNotSampled)
            return;
        if (past) {
            add_past(candidate->test_user, event);
        } else if (is_answer(event, *candidate)) {
            auto& answers = users_[candidate->test_user].answers;
            reserve_one(budget_, answers);
            answers.push_back(event.product_id);
        }
    });
    for (std::size_t at = 0; at < seen_.size(); ++at) {
        sort_out_doubles(seen_[at]);
        std::erase_if(users_[at].answers, [&](std::int64_t id) { return std::ranges::binary_search(seen_[at], id); });
        seen_[at] = {};
        finish(users_[at]);
    }
    std::erase_if(users_, [](const TestUser& user) { return user.answers.empty(); });
    for (const auto& user : users_)
        for (const std::int64_t answer : user.answers)
            products_.add(answer);
}

bool EvaluationSplit::is_answer(const Event& event, const Candidate& candidate) const {
    if (!options_.is_answer[event.type])
        return false;
    switch (options_.kind) {
        case SplitKind::time:
        case SplitKind::next_in_session:
            return true;
        case SplitKind::leave_last_out:
            break;
        case SplitKind::leave_last_session_out:
            if (event.session != 0 && event.session == candidate.session)
                return true;
            break;
    }
    return Moment::of(event) == candidate.last;
}

// Twice as many events as count are kept for a while, so that the newest are rarely looked for.
void EvaluationSplit::add_past(std::uint32_t test_user, const Event& event) {
    if (!options_.include_seen) {
        auto& seen = seen_[test_user];
        if (seen.size() == seen.capacity())
            sort_out_doubles(seen);
        reserve_one(budget_, seen);
        seen.push_back(event.product_id);
    }
    auto& history = users_[test_user].history;
    if (history.size() == 2 * most_events())
        keep_newest(history);
    reserve_one(budget_, history);
    history.push_back(history_event(event));
}

void EvaluationSplit::keep_newest(std::vector<HistoryEvent>& history) const {
    if (history.size() <= most_events())
        return;
    std::nth_element(history.begin(), history.begin() + static_cast<std::ptrdiff_t>(most_events()), history.end(), is_newer);
    history.resize(most_events());
}

void EvaluationSplit::finish(TestUser& user) {
    keep_newest(user.history);
    std::sort(user.history.begin(), user.history.end(), is_newer);
    sort_out_doubles(user.answers);
    // Enough for all events to be of different products.
    budget_.reserve(user.history.size() * (sizeof(Seed) + sizeof(std::int64_t)));
    user.seeds.reserve(user.history.size());
    user.left_out.reserve(user.history.size());
    user.history_length = read_history(user, options_.history);
}

void EvaluationSplit::read_histories(const HistoryOptions& options, const ThreadTeam& team, const ThreadTeam::Tick& tick) {
    constexpr std::size_t kUsersPerTask = 64;
    const auto read = [&](std::size_t task, unsigned, const CancelToken& cancel) {
        const std::size_t last = std::min(users_.size(), (task + 1) * kUsersPerTask);
        for (std::size_t user = task * kUsersPerTask; user < last; ++user) {
            cancel.check();
            read_history(users_[user], options);
        }
    };
    team.run((users_.size() + kUsersPerTask - 1) / kUsersPerTask, read, tick);
}

// Returns how many events count.
std::uint32_t EvaluationSplit::read_history(TestUser& user, const HistoryOptions& options) const {
    const auto newest = std::min(user.history.size(), static_cast<std::size_t>(options.events));
    const auto counting = static_cast<std::size_t>(weigh_history(user.history.data(), static_cast<int>(newest), options));
    user.seeds.clear();
    user.left_out.clear();
    for (const HistoryEvent& event : std::span(user.history).first(counting)) {
        const auto same = std::ranges::find(user.seeds, event.product_id, &Seed::product_id);
        if (same == user.seeds.end())
            user.seeds.push_back({event.product_id, event.weight});
        else
            same->weight += event.weight;
    }
    if (!options_.include_seen)
        std::ranges::transform(user.seeds, std::back_inserter(user.left_out), &Seed::product_id);
    std::ranges::sort(user.left_out);
    std::erase_if(user.seeds, [](const Seed& seed) { return !(seed.weight > 0); });
    return static_cast<std::uint32_t>(counting);
}

void PastEvents::scan(const std::function<void(std::span<const Event>)>& take) {
    std::vector<Event> past;
    log_.scan([&](std::span<const Event> batch) {
        past.clear();
        std::ranges::copy_if(batch, std::back_inserter(past),
                             [this](const Event& event) { return split_.is_past(event); });
        take(past);
    });
}

}  // namespace shopsmart::core
