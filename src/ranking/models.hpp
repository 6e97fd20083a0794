// Reads the derived tables: neighbor lists and ranked lists of the current generation.
#pragma once

#include "bridge/index_cursor.hpp"
#include "core/history_weights.hpp"
#include "ranking/neighbor_cache.hpp"

namespace shopsmart::ranking {

// The generation of similarity that recommendations rest on; 0 when there is none. reading: how it wants histories to be read.
int64 default_generation(core::ReadingOptions* reading);

// The one of the model of that name. Raises 55000 when it is not trained.
int64 trained_generation(const char* model, core::ReadingOptions* reading);

// Where neighbor lists came from: memory of the session, shared memory, the table.
struct ListSources {
    int64 session;
    int64 shared;
    int64 table;
};
// Of the last answer of this session.
ListSources last_sources();
// What follows is another answer.
void begin_answer();
// Empties the memory of the session.
void forget_session_lists();

// Neighbor lists of one generation. Lists that are in shared memory come from there, unless shopsmart.direct_reads is off.
class NeighborReader {
public:
    // So many best similar products of each, as recommendations read them again and again: lists that the session knows
    // come from its own memory. False for generation 0: there is no model.
    bool open_scored(int64 generation, int scored_neighbors);
    // All kept neighbors.
    bool open_kept(int64 generation);
    // The list of a product, empty when it has none; valid until the next call.
    NeighborList fetch(int64 product_id);
    // No list is longer.
    int limit() const { return limit_; }
    void close();

private:
    bool open(int64 generation, int limit);
    bool find_shared(int64 product_id, NeighborList* list);
    NeighborList read(int64 product_id);
    void share(int64 product_id, const NeighborList& list);

    int64 generation_;
    int limit_;
    NeighborCache* cache_;
    bool shares_;
    int64* copied_ids_;  // room for a list from shared memory; nullptr: none needed so far
    double* copied_scores_;
    int32* copied_co_counts_;
    bridge::IndexCursor cursor_;
    bool cursor_open_;
};

// Names a ranked list.
struct ListName {
    const char* kind;         // "trending" or "popularity"
    const char* time_window;  // "24h", "7d", "30d"; "all" of popularity
    int64 category_id;        // core::kWholeShop for all
};

// A ranked list, best product first.
class RankedListReader {
public:
    // False when that kind was never computed.
    bool open(const ListName& name);
    bool next(int64* product_id, double* score);
    void close();

private:
    bridge::IndexCursor cursor_;
    const int64* product_ids_;
    const double* scores_;
    int count_;
    int position_;
};

}  // namespace shopsmart::ranking
