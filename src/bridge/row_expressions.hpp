// SQL expressions on rows that are read without SQL: the server's parser and executor do the rest.
#pragma once

#include "bridge/query.hpp"

namespace shopsmart::bridge {

class RowExpressions {
public:
    // "SELECT <columns> FROM <the rows' table> WHERE <condition>" without subqueries. Asks for no rights to read the table.
    void open(const char* sql, const Parameters& parameters, Relation table);
    // Whether the condition holds; columns() are then those of this row, and live until the next one.
    bool take(TupleTableSlot* row);
    TupleTableSlot* columns() const { return columns_; }
    void close();

private:
    ExprContext* context_;
    ExprState* condition_;
    ProjectionInfo* projection_;
    TupleTableSlot* columns_;
};

}  // namespace shopsmart::bridge
