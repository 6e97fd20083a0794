// The rank of a product in a ranked list, by id: what sorting by an order asks for row by row.
//
// Lists are read whole at the first question. A list of a generation never changes, so a session keeps those that it
// asked for last (12 to 24 bytes a product and list), under (table, generation, name). Rights are checked when a list is opened.
#pragma once

#include "bridge/pg.hpp"

#include "ranking/models.hpp"

namespace shopsmart::ranking {

class ListRanks {
public:
    // A list that does not exist is empty.
    void open(const ListName& name);
    // From 1; 0 when the product is not in the list.
    uint32 rank(int64 product_id);

private:
    ListName name_;
    int64 generation_;
    int slot_;
    uint64 stamp_;  // of the slot when it held this list
};

}  // namespace shopsmart::ranking
