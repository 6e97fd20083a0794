// SQL from C++: saved plans, parameters never pasted into the text.
//
// The text names every relation with its schema and every operator as OPERATOR(pg_catalog.x), so that the caller's
// search_path cannot change its meaning. It runs with the caller's rights and row security, in the caller's snapshot.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

inline constexpr int kMaxParameters = 48;

struct Parameters {
    int count = 0;
    Oid types[kMaxParameters];
    Datum values[kMaxParameters];

    // The number of the new parameter, for "$n".
    int add(Oid type, Datum value) {
        if (count == kMaxParameters) {
            elog(ERROR, "too many query parameters");
        }
        types[count] = type;
        values[count] = value;
        return ++count;
    }
};

// A generic plan for the text, made once a session. Call it between SPI_connect and SPI_finish.
SPIPlanPtr saved_plan(const char* sql, const Parameters& parameters);

// Runs a reading query to its end; rows in SPI_tuptable. Call it between SPI_connect and SPI_finish.
void execute_reading(const char* sql, const Parameters& parameters);

// Whether the query's generic plan reads a table from end to end. Connects by itself.
bool scans_table(const char* sql, const Parameters& parameters);

void connect();
void finish();

}  // namespace shopsmart::bridge
