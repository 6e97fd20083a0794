// The kinds of events that the shop knows, and what each weighs.
#pragma once

#include "bridge/pg.hpp"

namespace shopsmart::bridge {

struct EventTypes {
    struct Entry {
        const char* name;  // not terminated by a zero
        int length;
        double weight;  // finite, not negative
        bool in_basket;
    };

    int count;
    Entry* entries;

    // Index of the type, -1 when there is none.
    int find(const char* name, int length) const;
};

// What the caller may see of the table, in the current memory context. Raises what reading it as SQL would raise.
EventTypes read_event_types(Oid event_types);

// The number of the type of that name (text); 22023 with the name of the argument when there is none.
int required_event_type(const EventTypes& types, Datum name, const char* argument);

}  // namespace shopsmart::bridge
