// Reads the derived tables: neighbor lists and ranked lists of the current generation.
#pragma once

#include "bridge/index_cursor.hpp"
#include "ranking/neighbor_cache.hpp"

namespace shopsmart::ranking {

// Neighbor lists of one kind of model ("similarity" or "baskets").
class NeighborReader {
public:
    // False when that model was never built.
    bool open(const char* kind);
    // The best neighbors of a product, `wanted` at most; valid until the next call.
    NeighborList fetch(int64 product_id, int wanted);
    void close();

private:
    NeighborList read(int64 product_id);

    NeighborCache* cache_;
    bridge::IndexCursor cursor_;
    bool cursor_open_;
    int64 generation_;
};

// A ranked list of kind "trending" or "popularity", best product first.
class RankedListReader {
public:
    // False when that kind was never computed.
    bool open(const char* kind, const char* time_window, int64 category_id);
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
