// The one order of all products for a request (docs/internals.md, "The stream"), best first, one at a time.
//
// No part of the read path owns anything that a destructor must free: memory belongs to the current memory context,
// relations and buffers to the resource owner. So server calls may raise anywhere in it.
#pragma once

#include "core/candidates.hpp"
#include "ranking/filter.hpp"
#include "ranking/history.hpp"
#include "ranking/id_set.hpp"
#include "ranking/models.hpp"

namespace shopsmart::ranking {

enum class Strategy { personalized, category_trending, global_trending, popular, newest, similar };

const char* strategy_name(Strategy strategy);

struct RankedProduct {
    int64 product_id;
    double score;
    Strategy strategy;
    const core::Candidate* candidate;  // of personalized and similar, else nullptr
};

struct StreamRequest {
    const bridge::ShopTables* shop;
    History history;               // seeds of the personalised stage; also gives the home category
    bool leave_out_history;
    Strategy first_strategy;       // personalized or similar
    bool personalized;             // there is a personalised stage
    bool interleaved;              // it takes turns with the trending stages
    bool has_category;             // the category whose trending list comes next; else the home category
    int64 category_id;
    const ProductPredicate* predicate;  // lets the newest stage skip what is not eligible anyway
};

class Stream {
public:
    void open(const StreamRequest& request);
    bool next(RankedProduct* product);
    // From here on only these products are wanted (nullptr: all). The set must live as long as the stream.
    void restrict_to(const IdSet* wanted);
    void close();

private:
    enum class Stage { category_trending, global_trending, popular, newest, end };

    bool is_new(int64 product_id);
    bool score_candidates();
    bool next_personalized(RankedProduct* product);
    bool next_fallback(RankedProduct* product, Stage last);
    bool next_listed(RankedProduct* product);
    bool next_newest(RankedProduct* product);
    bool open_list();
    void advance_stage();
    void find_home_category();

    StreamRequest request_;
    MemoryContext context_;
    IdSet seen_;
    const IdSet* wanted_;
    core::CandidateTable candidates_;
    bool candidates_ready_;
    Stage stage_;
    bool list_open_;
    RankedListReader list_;
    bool personalized_turn_;
    Portal newest_;
    RankedProduct* newest_rows_;
    int newest_count_;
    int newest_position_;
};

// The candidates that the events of the history speak for, through the lists of an open reader.
core::CandidateTable score_history(const History& history, NeighborReader& reader);

}  // namespace shopsmart::ranking
