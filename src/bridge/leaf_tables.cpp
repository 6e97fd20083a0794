#include "bridge/leaf_tables.hpp"

#include "bridge/relations.hpp"

namespace shopsmart::bridge {

namespace {

bool is_partitioned_by_time(Relation relation) {
    PartitionKey key = RelationGetPartitionKey(relation);
    const AttrNumber column = key->partattrs[0];
    return key->strategy == PARTITION_STRATEGY_RANGE && column > 0 && key->parttypid[0] == TIMESTAMPTZOID
           && strcmp(NameStr(TupleDescAttr(RelationGetDescr(relation), column - 1)->attname), "occurred_at") == 0;
}

// Bound i of a range partitioned table is the upper bound of the partition at indexes[i] and the lower one of that at
// indexes[i + 1]. With several key columns an upper bound belongs to the partition, which the comparisons allow for.
bool lies_outside(PartitionBoundInfo bounds, int position, const TimeRange& range) {
    if (position > 0 && bounds->kind[position - 1][0] == PARTITION_RANGE_DATUM_VALUE
        && DatumGetTimestampTz(bounds->datums[position - 1][0]) > range.up_to) {
        return true;
    }
    return position < bounds->ndatums && bounds->kind[position][0] == PARTITION_RANGE_DATUM_VALUE
           && DatumGetTimestampTz(bounds->datums[position][0]) <= range.after;
}

List* add_leaves(List* leaves, Oid table, const TimeRange* range);

List* add_partitions(List* leaves, Relation relation, const TimeRange* range) {
    PartitionDesc partitions = RelationGetPartitionDesc(relation, true);
    bool* unneeded = static_cast<bool*>(palloc0(sizeof(bool) * (partitions->nparts + 1)));
    if (range != nullptr && partitions->nparts > 0 && is_partitioned_by_time(relation)) {
        PartitionBoundInfo bounds = partitions->boundinfo;
        for (int position = 0; position <= bounds->ndatums; position++) {
            if (bounds->indexes[position] >= 0) {
                unneeded[bounds->indexes[position]] = lies_outside(bounds, position, *range);
            }
        }
    }
    for (int i = 0; i < partitions->nparts; i++) {
        if (!unneeded[i]) {
            leaves = add_leaves(leaves, partitions->oids[i], range);
        }
    }
    return leaves;
}

List* add_leaves(List* leaves, Oid table, const TimeRange* range) {
    Relation relation = table_open(table, AccessShareLock);
    switch (relation->rd_rel->relkind) {
        case RELKIND_PARTITIONED_TABLE:
            leaves = add_partitions(leaves, relation, range);
            break;
        case RELKIND_RELATION:
        case RELKIND_MATVIEW: {
            leaves = lappend_oid(leaves, table);
            ListCell* child;
            foreach (child, find_inheritance_children(table, AccessShareLock)) {
                leaves = add_leaves(leaves, lfirst_oid(child), range);
            }
            break;
        }
        default:
            ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                            errmsg("\"%s\" is no table of this database", RelationGetRelationName(relation)),
                            errdetail("Models are computed from ordinary and partitioned tables."),
                            errhint("Put the rows into a table, or detach that partition.")));
    }
    table_close(relation, NoLock);
    return leaves;
}

}  // namespace

void require_all_rows(Oid relation) {
    require_select(relation);
    if (check_enable_rls(relation, InvalidOid, true) == RLS_ENABLED) {
        ereport(ERROR, (errcode(ERRCODE_INSUFFICIENT_PRIVILEGE),
                        errmsg("row security applies to you on table \"%s\"", get_rel_name(relation)),
                        errdetail("A model is shared by all users, so it is computed from all rows."),
                        errhint("Call as the owner of the table or as a role with BYPASSRLS.")));
    }
}

List* leaf_tables(Oid relation, const TimeRange* range) { return add_leaves(NIL, relation, range); }

}  // namespace shopsmart::bridge
