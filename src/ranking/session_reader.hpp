// Past sessions of the current generation, and what they say about what comes next.
#pragma once

#include "bridge/index_cursor.hpp"
#include "core/session_scores.hpp"
#include "ranking/history.hpp"

namespace shopsmart::ranking {

// The source of core::score_sessions().
class SessionReader {
public:
    // False when there is no model.
    bool open(int most_products);
    // Valid until close().
    core::SessionList sessions_of(int64 product_id);
    void close() { cursor_.close(); }

private:
    struct Known {
        int64 product_id;
        core::SessionList list;
    };
    core::SessionList read(int64 product_id);

    int64 generation_;
    bridge::IndexCursor cursor_;
    Known* known_;
    int known_count_;
};

// What the sessions nearest to the last one of the history hold; false when there is no model.
bool score_last_session(const History& history, core::CandidateTable* candidates);

}  // namespace shopsmart::ranking
