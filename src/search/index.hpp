// The current generation of the search index.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::search {

struct Index {
    int64 generation;
    Oid configuration;  // text search configuration that made the terms
    int64 documents;
    double mean_name_length;
    double mean_description_length;
};

// Raises 55000 when there is none, 42501 unless the caller may read it.
Index current_index();

// The same, and false instead: for those who can do without.
bool find_usable_index(Index* index);

// The rows of the index do not fit together: somebody wrote to its tables.
[[noreturn]] void raise_damaged();

// The configuration by which words are noted: of the index, or the database's while there is none that exists. Asks for no rights.
Oid configuration_for_upkeep();

// The name by which the index keeps its configuration. Raises 42704 when there is no such one.
text* configuration_name(Oid configuration);

}  // namespace shopsmart::search
