// What models may know, and what they are asked: the events of a log cut in two.
//
// time: events after a moment are the test. Each user's answers are the products of his test events.
// leave_last_out: the last event of each user is his answer; it and whatever he did after it are unknown to models.
// leave_last_session_out: the same with the session of that event; unknown is all that he did since its first event.
// next_in_session: events after a moment are the test. Sessions that begin there are walked through: at each event after
// the first, its product is the answer, and the history is what the session held before it, nothing older.
//
// An event that models may know is called past. Models read the log through PastEvents only, so that nothing else
// reaches them. The past of other users goes on while a user's last event is left out: only `time` and
// `next_in_session` are what a shop sees.
#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "core/history_weights.hpp"
#include "core/id_index.hpp"
#include "core/model_build.hpp"
#include "core/sessions.hpp"

namespace shopsmart::core {

enum class SplitKind { time, leave_last_out, leave_last_session_out, next_in_session };

constexpr bool splits_by_time(SplitKind kind) {
    return kind == SplitKind::time || kind == SplitKind::next_in_session;
}

struct SplitOptions {
    SplitKind kind;
    std::int64_t as_of_us;     // events after this time do not count
    std::int64_t split_at_us;  // splits by time: events up to this time are the past; else as_of_us
    std::vector<EventType> event_types;
    std::vector<bool> is_answer;   // by event type: whether an event of it can be an answer
    HistoryOptions history;        // of models that do not read histories their own way, and of segments
    int most_history_events = 0;   // that a model may ask for, when more than history.events
    bool include_seen;             // products of the history may be shown again, and count as answers
    std::uint32_t most_users;      // test users beyond that are sampled; next_in_session: sessions
    std::uint64_t seed;
};

// A product of a history, with the sum of its events' weights.
struct Seed {
    std::int64_t product_id;
    double weight;
};

// Somebody who is asked for a list at some moment; in next_in_session, at each event of a session.
struct TestUser {
    std::int64_t user_id;
    std::uint32_t cluster;               // users whose outcomes depend on each other, side by side: those of one session
    std::uint32_t history_length;        // events that count by SplitOptions::history
    std::vector<HistoryEvent> history;   // newest first
    std::vector<Seed> seeds;             // of the history as last read, in the order of their newest events; positive weights only
    std::vector<std::int64_t> left_out;  // products that are not to be shown, ascending: those of the history as last read
    std::vector<std::int64_t> answers;   // ascending, at least one; none of a product that the user is known to have met

    bool leaves_out(std::int64_t product_id) const { return std::ranges::binary_search(left_out, product_id); }
};

// Products of the log and of answers, numbered, with the number of their events in the past.
class KnownProducts {
public:
    explicit KnownProducts(MemoryBudget& budget) : budget_(budget), ids_(budget) {}

    void count_event(std::int64_t product_id) {
        ++events_[add(product_id)];
        ++all_events_;
    }
    std::uint32_t add(std::int64_t product_id);
    std::uint32_t number_of(std::int64_t product_id) const { return ids_.find(product_id); }
    std::int64_t id(std::uint32_t number) const { return ids_.id(number); }
    std::uint64_t events(std::uint32_t number) const { return events_[number]; }
    std::uint64_t all_events() const { return all_events_; }
    std::uint32_t size() const { return ids_.size(); }

private:
    MemoryBudget& budget_;
    IdIndex ids_;
    Buffer<std::uint64_t> events_;
    std::uint64_t all_events_ = 0;
};

class EvaluationSplit {
public:
    using Tick = std::function<void(std::uint64_t events_read)>;

    // Reads the log two or three times, beyond what Sessions does.
    EvaluationSplit(EventSource& log, const SplitOptions& options, MemoryBudget& budget, const Tick& tick);

    // Gives the users the seeds that a model sees which reads histories like this. At first they are those of
    // SplitOptions::history.
    void read_histories(const HistoryOptions& options, const ThreadTeam& team, const ThreadTeam::Tick& tick);

    bool is_past(const Event& event) const;
    const std::vector<TestUser>& users() const { return users_; }  // by user id, ascending; next_in_session: by cluster
    const KnownProducts& products() const { return products_; }

private:
    // The order of a user's events.
    struct Moment {
        std::int64_t time_us;
        std::int64_t event_id;
        auto operator<=>(const Moment&) const = default;
        static Moment of(const Event& event) { return {event.time_us, event.event_id}; }
    };
    // What is known of a user who has an answer.
    struct Candidate {
        Moment last;              // his last event that can be an answer
        std::uint64_t session;    // of that event
        Moment cut;               // the first event that is not past
        std::uint32_t test_user;  // place among the test users, or kNotSampled
    };
    static constexpr std::uint32_t kNotSampled = std::numeric_limits<std::uint32_t>::max();

    template <class Take>
    void scan(EventSource& log, const Take& take);
    // The users or sessions (by key) with the smallest hashes, by key: any order of the events gives the same ones.
    struct Draw {
        std::uint64_t hash;
        std::int64_t key;
        auto operator<=>(const Draw&) const = default;
    };
    std::span<const Draw> sample(std::span<Draw> draws) const;

    void walk_sessions(EventSource& log);
    void add_case(std::span<const SessionEvent> before, std::int64_t answer, std::uint32_t cluster);
    void find_candidates(EventSource& log);
    void find_session_starts(EventSource& log);
    void choose_users();
    void collect(EventSource& log);
    void add_past(std::uint32_t test_user, const Event& event);
    bool is_answer(const Event& event, const Candidate& candidate) const;
    void finish(TestUser& user);
    std::uint32_t read_history(TestUser& user, const HistoryOptions& options) const;
    HistoryEvent history_event(const auto& event) const;
    std::size_t most_events() const { return static_cast<std::size_t>(std::max(options_.history.events, options_.most_history_events)); }
    void keep_newest(std::vector<HistoryEvent>& history) const;
    Candidate* candidate_of(std::int64_t user_id);

    const SplitOptions& options_;
    MemoryBudget& budget_;
    const Tick& tick_;
    std::uint64_t events_read_ = 0;
    IdIndex candidate_ids_;
    Buffer<Candidate> candidates_;
    std::vector<TestUser> users_;
    std::vector<std::vector<std::int64_t>> seen_;       // products of all the past, unless they may be shown again
    KnownProducts products_;
};

// The past as a log of its own.
class PastEvents final : public EventSource {
public:
    PastEvents(EventSource& log, const EvaluationSplit& split) : log_(log), split_(split) {}
    void scan(const std::function<void(std::span<const Event>)>& take) override;

private:
    EventSource& log_;
    const EvaluationSplit& split_;
};

}  // namespace shopsmart::core
