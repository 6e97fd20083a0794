// What the access method (a library of its own) and the rest of shopsmart say to each other: plain C, so that neither
// needs the other to be loaded.
#pragma once

#include "bridge/pg.hpp"

extern "C" {

// What an ordered scan did; shopsmart_last_scan() shows it.
typedef struct ShopsmartScanReport {
    int64 products;      // products of the order that were asked for
    int64 lookups;       // of these, through the table's own index
    bool map_used;       // the rest came from one pass over that index
    const char* stage;   // where the order stood at the end
} ShopsmartScanReport;

typedef struct ShopsmartRankingSource {
    // Of the library that made this: a session that lives through an upgrade may meet an old and a new one.
    const char* version;
    // The order that a handle names (nullptr: of the NULL handle), in the caller's snapshot and with the caller's rights.
    // Lives in the current memory context.
    void* (*open)(struct varlena* handle);
    // The next product that a stage before the last one ranks.
    bool (*next)(void* source, int64* product_id);
    // Whether it came already, or comes at the very end.
    bool (*is_placed)(void* source, int64 product_id);
    // The next product of those that come at the very end.
    bool (*next_of_end)(void* source, int64* product_id);
    void (*close)(void* source, const ShopsmartScanReport* report);
} ShopsmartRankingSource;

}

#define SHOPSMART_RANKING_SOURCE_FUNCTION "shopsmart_ranking_source"
