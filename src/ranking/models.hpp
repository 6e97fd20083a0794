// Reads the derived tables: neighbor lists and ranked lists of the current generation.
#pragma once

#include "bridge/index_cursor.hpp"
#include "ranking/neighbor_cache.hpp"

namespace shopsmart::ranking {

// Neighbor lists of the current generation.
class NeighborReader {
public:
    // The shopsmart.scored_neighbors best similar products of each, as recommendations read them again and again: lists
    // that the session knows come from memory. False when there is no model.
    bool open_scored();
    // All kept neighbors in the model of a kind ("similarity" or "baskets").
    bool open_kept(const char* kind);
    // The list of a product, empty when it has none; valid until the next call.
    NeighborList fetch(int64 product_id);
    // No list is longer.
    int limit() const { return limit_; }
    void close();

private:
    bool open(const char* kind, int limit);
    NeighborList read(int64 product_id);

    int64 generation_;
    int limit_;
    NeighborCache* cache_;
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
