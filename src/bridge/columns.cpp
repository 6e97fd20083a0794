#include "bridge/columns.hpp"

namespace shopsmart::bridge {

AttrNumber required_column(Relation relation, const char* name, Oid type) {
    TupleDesc columns = RelationGetDescr(relation);
    for (AttrNumber number = 1; number <= columns->natts; number++) {
        const FormData_pg_attribute* column = TupleDescAttr(columns, number - 1);
        if (!column->attisdropped && column->atttypid == type && strcmp(NameStr(column->attname), name) == 0) {
            return number;
        }
    }
    ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                    errmsg("table \"%s\" has no column \"%s\" of type %s", RelationGetRelationName(relation), name, format_type_be(type)),
                    errhint("Give the column its name and type back.")));
    pg_unreachable();
}

}  // namespace shopsmart::bridge
