// What a snapshot shows, as a value: two equal keys of one session stand for the same rows and the same rights.
#pragma once

#include "compat/pg_compat.hpp"

namespace shopsmart::bridge {

// Within a transaction, xids between xmin and xmax only ever end, so their number says which of them are still running.
struct SnapshotKey {
    LocalTransactionId transaction;
    TransactionId xmin;
    TransactionId xmax;
    uint32 running;
    int32 running_below;
    CommandId command;
    Oid user;
    TimestampTz statement_start;

    static SnapshotKey current() {
        Snapshot snapshot = GetActiveSnapshot();
        return {compat::local_transaction(), snapshot->xmin, snapshot->xmax, snapshot->xcnt, snapshot->subxcnt, snapshot->curcid, GetUserId(),
                GetCurrentStatementStartTimestamp()};
    }

    bool operator==(const SnapshotKey&) const = default;
};

}  // namespace shopsmart::bridge
