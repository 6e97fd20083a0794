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

enum class Strategy { again, personalized, category_trending, global_trending, popular, newest, similar, bought_together, session, content };

// Where the products come from behind those that neighbors speak for, in order.
enum class Stage { neighbors, category_trending, global_trending, popular, newest };

const char* strategy_name(Strategy strategy);

struct RankedProduct {
    int64 product_id;
    double score;
    Strategy strategy;
    const core::Candidate* candidate;  // where neighbors speak for it, else nullptr
};

// Products, best first.
struct RankedProducts {
    const RankedProduct* rows;
    int count;
};

struct StreamRequest {
    const bridge::ShopTables* shop;
    History history;               // seeds of the neighbors; also gives the home category
    bool leave_out_history;
    const bool* again;             // by event type: whether products whose heaviest event is of it come first; nullptr: none
    Strategy first_strategy;       // what neighbors are taken for: personalized, similar or bought_together
    bool has_neighbors;            // there is a stage of neighbors
    int64 generation;              // of the model that has them; 0: none
    core::ReadingOptions reading;  // of the history, as that model wants it
    RankedProducts (*content)(const StreamRequest& request);  // products like those of the history by what is said of them, behind the neighbors; nullptr: none
    bool interleaved;              // it takes turns with the trending stages
    bool has_category;             // the category whose trending list comes next; else the home category
    int64 category_id;
    const char* time_window;       // of the trending stages
    Stage first_fallback;          // of the stages behind the neighbors
    Stage last_stage;              // the stream ends behind it
    const ProductPredicate* predicate;  // lets the newest stage skip what is not eligible anyway
};

class Stream {
public:
    void open(const StreamRequest& request);
    bool next(RankedProduct* product);
    // The same as long as products of neighbors come, alone or taking turns with others, or such of content; false behind them.
    bool next_of_head(RankedProduct* product);
    // Which list one of the middle stages takes; false when it takes none.
    bool list_of(Stage stage, ListName* name);
    // Whether the product came already, or is left out.
    bool has_met(int64 product_id) const { return seen_.contains(product_id); }
    // How many products neighbors speak for, as far as known.
    int64 candidate_count() const { return candidates_ready_ && request_.has_neighbors ? static_cast<int64>(candidates_.size()) : 0; }
    // From here on only these products are wanted (nullptr: all). The set must live as long as the stream.
    void restrict_to(const IdSet* wanted);
    void close();

private:
    bool is_new(int64 product_id);
    void find_again();
    bool next_again(RankedProduct* product);
    bool score_candidates();
    bool next_neighbor(RankedProduct* product);
    bool next_content(RankedProduct* product);
    bool next_fallback(RankedProduct* product, Stage last);
    bool next_listed(RankedProduct* product);
    bool next_newest(RankedProduct* product);
    void advance_stage();
    void find_home_category();

    StreamRequest request_;
    MemoryContext context_;
    IdSet seen_;
    const IdSet* wanted_;
    RankedProduct* again_;
    int again_count_;
    int again_position_;
    core::CandidateTable candidates_;
    bool candidates_ready_;
    bool content_ready_;
    RankedProducts content_;
    int content_position_;
    Stage stage_;
    bool list_open_;
    RankedListReader list_;
    bool neighbors_turn_;
    Portal newest_;
    RankedProduct* newest_rows_;
    int newest_count_;
    int newest_position_;
};

// The candidates that the events of the history speak for, through the lists of an open reader.
core::CandidateTable score_history(const History& history, NeighborReader& reader);

// The products that speak most for it, as bigint[]; empty for nullptr.
Datum reasons_array(const core::Candidate* candidate);

}  // namespace shopsmart::ranking
